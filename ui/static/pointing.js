// A card at a citation under the pointer or with the keyboard's focus: title, outlet and date of its article, set as
// text.  Not on touch screens, where a tap opens the article, which begins with the same facts.

() => {
  const LINKS = '#chat a.cite, #chat .also a';
  const GAP = 8;          // pixels between a link and its card, and between the card and the window's edges
  const LONGEST = 300;    // characters of a title: the card shows three lines
  const LINGER = 150;     // milliseconds that the pointer has to get from the link into the card
  let at = null;          // the link whose card is shown
  let focused = false;    // shown for the keyboard's focus, not for the pointer
  let leaving = 0;

  function make(className) {
    const node = document.createElement('p');
    node.className = className;
    node.dir = 'auto';
    return node;
  }

  const card = document.createElement('div');
  const [title, meta] = [make('title'), make('meta')];
  card.id = 'citation-card';
  card.setAttribute('role', 'tooltip');
  card.hidden = true;
  card.append(title, meta);

  // Title and outlet with date, from the sources under the answer; a link to a copy holds them itself.
  function facts(link) {
    if (!link.classList.contains('cite')) return [link.title, link.textContent];
    const sources = [...link.closest('.answer').querySelectorAll('.sources a.source')];
    const source = sources.find(one => one.getAttribute('href') === link.getAttribute('href'));
    if (!source) return [link.title, ''];
    return [source.querySelector('.source-title'), source.parentElement.querySelector('.meta')].map(one => one.textContent);
  }

  // Below the link, or above it if there is more room; never over it, never outside the window.
  function place() {
    const link = at.getBoundingClientRect();
    const pane = at.closest('[role=log]').getBoundingClientRect();
    if (!at.isConnected || link.bottom < pane.top || link.top > pane.bottom) return hide();
    card.style.maxHeight = '';
    const { offsetWidth: width, offsetHeight: height } = card;
    const [above, below] = [link.top - 2 * GAP, innerHeight - link.bottom - 2 * GAP];
    const under = height <= below || below >= above;
    const high = Math.min(height, under ? below : above);
    card.style.maxHeight = `${high}px`;
    card.style.top = `${under ? link.bottom + GAP : link.top - GAP - high}px`;
    const [first, last] = [Math.max(GAP, pane.left), Math.min(innerWidth - GAP, pane.right) - width];
    card.style.left = `${Math.max(GAP, Math.min(Math.max(first, link.left + (link.width - width) / 2), last))}px`;
  }

  function show(link, byKeyboard) {
    clearTimeout(leaving);
    if (link === at) return;
    hide();
    [title.textContent, meta.textContent] = facts(link).map(text => text.slice(0, LONGEST));
    at = link;
    focused = byKeyboard;
    // The browser's own tooltip would cover the card; hide() restores it.
    link.dataset.title = link.title;
    link.removeAttribute('title');
    link.setAttribute('aria-describedby', card.id);
    if (!card.isConnected) (document.querySelector('main') ?? document.body).append(card);
    card.hidden = false;
    place();
  }

  function hide() {
    clearTimeout(leaving);
    if (!at) return;
    const link = at;
    at = null;
    card.hidden = true;
    link.title = link.dataset.title;
    link.removeAttribute('aria-describedby');
  }

  document.addEventListener('pointerover', event => {
    if (event.pointerType === 'touch') return;
    const link = event.target.closest?.(LINKS);
    if (link) return show(link, false);
    clearTimeout(leaving);
    if (at && !focused && !card.contains(event.target)) leaving = setTimeout(hide, LINGER);
  });
  document.documentElement.addEventListener('pointerleave', () => { if (!focused) hide(); });
  document.addEventListener('focusin', event => {
    const link = event.target.closest?.(LINKS);
    if (link?.matches(':focus-visible')) show(link, true);
  });
  document.addEventListener('focusout', event => { if (event.target === at) hide(); });
  document.addEventListener('click', event => { if (!card.contains(event.target)) hide(); });
  // With the keyboard's focus on a citation, the first Escape closes the card, and only the next one the article.
  window.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !at) return;
    if (focused) event.stopPropagation();
    hide();
  }, true);
  for (const [target, kind] of [[document, 'scroll'], [window, 'resize']]) {
    target.addEventListener(kind, () => { if (at) place(); }, true);
  }
}
