// A card at a citation that is pointed at, or reached by the keyboard: title, outlet and date of its article.  What it
// shows is set as text.  Not on touch screens, where a tap opens the article, which begins with the same.

() => {
  const LINKS = '#chat a.cite, #chat .also a';
  const GAP = 8;          // pixels between a link and its card, and between the card and the window's edges
  const LONGEST = 300;    // characters of a title: the card shows three lines
  const LINGER = 150;     // milliseconds that the pointer has to get from the link into the card
  let at = null;          // the link whose card is shown
  let focused = false;    // shown because the keyboard is there, not the pointer
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

  // Title and outlet with date, from the sources under the answer; a copy of a passage has them itself.
  function facts(link) {
    if (!link.classList.contains('cite')) return [link.title, link.textContent];
    const sources = [...link.closest('.answer').querySelectorAll('.sources a.source')];
    const source = sources.find(one => one.getAttribute('href') === link.getAttribute('href'));
    if (!source) return [link.title, ''];
    return [source.querySelector('.source-title'), source.parentElement.querySelector('.meta')].map(one => one.textContent);
  }

  // Under the link, or above it where there is more room; never on it, never beyond the window.
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
    // The browser's own tip would be shown over the card; it comes back with the next line that hides this one.
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
  // At a citation with the keyboard Escape takes the card away, and only the next one the article beside it.
  window.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !at) return;
    if (focused) event.stopPropagation();
    hide();
  }, true);
  for (const [target, kind] of [[document, 'scroll'], [window, 'resize']]) {
    target.addEventListener(kind, () => { if (at) place(); }, true);
  }
}
