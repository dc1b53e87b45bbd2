// The reading panel: shows the article of a link, with the quoted words marked.
// Runs once; Gradio's HTML component provides `element` and `server`.  Article text is set as text, never as markup.

const column = document.getElementById('reading-column');
const meta = element.querySelector('.reading-meta');
const body = element.querySelector('.reading-body');
const LINKS = 'a[href^="#cite-"]';
let opener = null;      // the link that gets the focus back
let latest = 0;         // number of the newest request: a late answer to an older one is dropped

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

const COPIES = [['link', 'Copy link'], ['quote', 'Copy quote'], ['footnote', 'Copy Markdown footnote']];
const COPIED = { link: 'Link copied', quote: 'Quote copied', footnote: 'Footnote copied' };

// Buttons that copy the quotation of a link.
function copies(link) {
  const acts = make('p', 'reading-acts');
  const told = make('span', 'told');
  told.setAttribute('role', 'status');
  for (const [kind, name] of COPIES) {
    const button = make('button', '', name);
    button.type = 'button';
    button.addEventListener('click', async () => {
      const text = (await server.quotation([link, location.origin]))?.[kind];
      if (text) await window.dateline.toClipboard(text);
      told.textContent = text ? COPIED[kind] : 'This cannot be copied.';
    });
    acts.append(button);
  }
  acts.append(told);
  return acts;
}

function draw(article, link) {
  meta.textContent = article.error ? '' : `${article.source} · ${article.published}`;
  if (article.error) {
    body.replaceChildren(make('p', 'reading-notice', article.error));
    return;
  }
  const head = (tag, name, field) => {
    const made = make(tag, name, article.head === field ? '' : article[field]);
    if (article.head === field) made.append(make('mark', 'chosen', article[field]));
    return made;
  };
  const title = head('h2', 'reading-title', 'title');
  title.tabIndex = -1;
  const parts = [title];
  if (article.dek) parts.push(head('p', 'reading-dek', 'dek'));
  if (article.authors) parts.push(make('p', 'reading-by', `By ${article.authors}`));
  if (article.url) {
    const link = make('a', 'reading-link', `Read at ${article.host}`);
    link.href = article.url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
    parts.push(link);
  }
  if (article.head || article.pieces.some(piece => piece.kind === 'chosen')) parts.push(copies(link));
  if (article.notice) {
    const notice = make('p', 'reading-notice', article.notice);
    if (article.newest) {
      const newest = make('a', '', 'Read the newest version');
      newest.href = article.newest;
      newest.target = '_blank';
      notice.append(' ', newest);
    }
    parts.push(notice);
  }
  const text = make('div', 'reading-text');
  let mark = null;      // the pieces of one quotation share one mark
  for (const piece of article.pieces) {
    if (piece.kind === 'plain') {
      text.append(piece.text);
      mark = null;
      continue;
    }
    if (mark?.className !== piece.kind) text.append(mark = make('mark', piece.kind));
    mark.append(piece.exact ? make('strong', '', piece.text) : piece.text);
  }
  parts.push(text);
  parts.forEach(part => { part.dir = 'auto'; });
  body.replaceChildren(...parts);
}

// The link, and after it the other links of the same answer, so that all its quotations in the article are marked.
function linksWith(chosen) {
  const answer = opener?.closest('.answer');
  const others = answer ? [...answer.querySelectorAll('a.cite')].map(link => link.getAttribute('href')) : [];
  return [...new Set([chosen, ...others])];
}

// Not scrollIntoView, which also scrolls the page.  If the quoted words are visible anyway, the article starts at its title.
function reveal(mark) {
  body.scrollTop = 0;
  const top = mark ? mark.getBoundingClientRect().top - body.getBoundingClientRect().top : 0;
  if (top > body.clientHeight / 2) body.scrollTop = top - 90;
}

async function open(chosen) {
  const mine = ++latest;
  document.querySelectorAll('a.current').forEach(link => link.classList.remove('current'));
  document.querySelectorAll(LINKS).forEach(link =>
    link.classList.toggle('current', link.classList.contains('cite') && link.getAttribute('href') === chosen));
  // Gradio returns undefined if the server is gone or the login has expired.
  const article = await server.read_article(linksWith(chosen)) ??
    { error: 'The article could not be fetched. Please load the page again.' };
  if (mine !== latest) return;
  draw(article, chosen);
  column.classList.add('open');
  reveal(body.querySelector('mark.chosen'));
  (body.querySelector('.reading-title') ?? element.querySelector('.reading-close')).focus({ preventScroll: true });
}

function close() {
  latest++;
  column.classList.remove('open');
  document.querySelectorAll('a.current').forEach(link => link.classList.remove('current'));
  history.replaceState(null, '', location.pathname + location.search);
  if (opener?.isConnected) opener.focus();
  opener = null;
}

function follow() {
  if (location.hash.startsWith('#cite-')) open(location.hash);
  else if (column.classList.contains('open')) close();
}

document.addEventListener('click', event => {
  const link = event.target.closest?.(LINKS);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  opener = link;
  // The browser follows the link and sends an event, except if the address is already the current one.
  if (link.getAttribute('href') === location.hash) open(location.hash);
});
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && column.classList.contains('open')) close();
});
window.addEventListener('hashchange', follow);
element.querySelector('.reading-close').addEventListener('click', close);
follow();
