// The Archive page: contents of the archive, finding, adding and removing articles.  Runs once; Gradio's HTML component
// provides `element` and `server`.  The server's values are HTML that it has escaped; all else is set as text.

const $ = selector => element.querySelector(selector);
const page = $('.archive');
const form = $('form');
const [words, outlet, after, before] = ['words', 'outlet', 'after', 'before'].map(name => form.elements[name]);
const entries = $('.entries');
const more = $('.more');
const told = $('.told');
const LOST = 'The server does not answer. Please load the page again.';
let outlets = [];
let next = 0;
let latest = 0;     // number of the newest search: a late answer to an older one is dropped

document.title = 'Archive · Dateline';

async function call(name, given = null) {
  return await server[name](given) ?? { problem: LOST };      // undefined: the server is gone, or the login has expired
}

// Waits for an element that Gradio draws elsewhere on the page: the server's answer can arrive earlier.
function drawn(selector) {
  return new Promise(done => {
    const look = () => {
      const found = document.querySelector(selector);
      if (found) { watch.disconnect(); done(found); }
    };
    const watch = new MutationObserver(look);
    watch.observe(document.body, { childList: true, subtree: true });
    look();
  });
}

// Contents ----------------------------------------------------------------------------------------------------------

async function showHoldings() {
  const held = await call('holdings');
  page.setAttribute('aria-busy', 'false');
  const nothing = $('.nothing');
  nothing.hidden = !(held.problem || held.empty);
  nothing.innerHTML = held.problem ? `<p class="problem">${held.problem}</p>` : held.empty ?? '';
  if (held.problem) return;
  drawn('#holds h1').then(heading => { heading.parentElement.innerHTML = held.masthead; });
  $('.holdings').innerHTML = held.holdings;
  $('.outlet-list').innerHTML = held.outlet_list;
  $('.search').hidden = Boolean(held.empty);
  $('.closed').innerHTML = held.closed;
  $('.adding').hidden = !held.limits;
  $('.limits').innerHTML = held.limits;
  const chosen = outlet.value;
  outlets = held.outlets;
  const options = outlets.map(([, label], place) => new Option(label, place));
  outlet.replaceChildren(new Option('All', ''), ...options);
  outlet.value = chosen && chosen < outlets.length ? chosen : '';
}

// Finding -----------------------------------------------------------------------------------------------------------

const named = () => outlet.value === '' ? null : outlets[outlet.value][0];
const wanted = (offset, limit) => [words.value, named(), after.value, before.value, offset, limit];

// Writes the search into the page's address, so that it can be bookmarked, shared and reloaded.
function toAddress() {
  const fields = [['q', words.value], ['after', after.value], ['before', before.value]].filter(([, value]) => value.trim());
  if (named() !== null) fields.push(['outlet', named()]);
  const query = new URLSearchParams(fields);
  history.replaceState(null, '', location.pathname + (query.size ? `?${query}` : ''));     // Gradio sets another base
}

function fromAddress() {
  const query = new URLSearchParams(location.search);
  words.value = query.get('q') ?? '';
  after.value = query.get('after') ?? '';
  before.value = query.get('before') ?? '';
  const place = outlets.findIndex(([name]) => name === query.get('outlet'));
  outlet.value = place < 0 ? '' : place;
}

function mark() {
  element.querySelectorAll('.outlet').forEach(button =>
    button.setAttribute('aria-pressed', button.dataset.place === outlet.value));
  element.querySelectorAll('.holdings .bar').forEach(bar => {
    const on = bar.getAttribute('href') === `#when-${after.value}`;
    bar.classList.toggle('on', on);
    bar.setAttribute('aria-pressed', on);
  });
  $('.all').hidden = !(words.value || outlet.value || after.value || before.value);
}

async function find(offset = 0, limit = 50) {
  const mine = ++latest;
  mark();
  toAddress();
  const found = await call('find_articles', wanted(offset, limit));
  if (mine !== latest) return;
  $('#date-problem').innerHTML = found.complaint ?? '';
  if (found.complaint) return;
  told.innerHTML = found.problem || found.heading;
  if (found.problem) return;
  if (!offset) entries.replaceChildren();
  const first = entries.children.length;
  entries.insertAdjacentHTML('beforeend', found.entries);
  next = found.next;
  more.hidden = !next;
  if (offset) entries.children[first]?.querySelector('a').focus();
}

// After articles were added or removed: as many as were shown before.
const again = () => find(0, Math.max(50, entries.children.length));

form.addEventListener('submit', event => { event.preventDefault(); find(); });
words.addEventListener('input', () => { if (!words.value) find(); });
for (const field of [outlet, after, before]) field.addEventListener('change', () => find());
let typed;
for (const field of [after, before]) field.addEventListener('input', event => {
  if (event.isTrusted) return;      // only for a bar of the timeline, whose script sets both fields
  clearTimeout(typed);
  typed = setTimeout(() => find(), 0);
});
for (const kind of ['click', 'keydown']) $('.holdings').addEventListener(kind, event => {
  const bar = event.target.closest('.bar');
  if (bar && (kind === 'click' || event.key === ' ')) setTimeout(() => bar.focus());
});
more.addEventListener('click', () => find(next));
$('.all').addEventListener('click', () => {
  for (const field of [words, outlet, after, before]) field.value = '';
  words.focus();
  find();
});
$('.outlet-list').addEventListener('click', event => {
  const place = event.target.closest('.outlet')?.dataset.place;
  if (place === undefined) return;
  outlet.value = outlet.value === place ? '' : place;
  find();
});

// Adding ------------------------------------------------------------------------------------------------------------

const going = $('.going');
const drop = $('.drop');
const input = $('.drop input');
let sending = null;     // the upload that is running
let cancelled = false;
let reported = 0;       // number of the newest addition whose report was shown

function say(html, bad = false) {
  $('.report').innerHTML = bad ? `<p class="problem">${html}</p>` : html;
}

function busy(on) {
  going.hidden = !on;
  drop.classList.toggle('off', on);
  input.disabled = on;
}

function draw(share, html) {
  $('.going progress').value = share;
  if ($('.going .said').innerHTML !== html) $('.going .said').innerHTML = html;
}

// Not fetch, which does not report the progress of an upload.
function send(file, told) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append('files', file);
    sending = new XMLHttpRequest();
    sending.open('POST', 'gradio_api/upload');
    sending.upload.addEventListener('progress', event => told(event.loaded));
    sending.addEventListener('load', () => {
      if (sending.status === 200) resolve(JSON.parse(sending.responseText)[0]);
      else reject(new Error(sending.responseText.slice(0, 300) || `The server refused the file (${sending.status}).`));
    });
    sending.addEventListener('error', () => reject(new Error(LOST)));
    sending.addEventListener('abort', () => reject(new Error('')));
    sending.send(body);
  });
}

async function add(files) {
  if (!files.length || input.disabled) return;
  cancelled = false;
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const refused = await call('may_add', [files.length, total, Math.max(...files.map(file => file.size))]);
  if (refused.problem) return say(refused.problem, true);
  say('');
  busy(true);
  $('.cancel').focus();
  const sent = [];
  let before = 0;
  try {
    for (const [place, file] of files.entries()) {
      const head = `Sending ${place + 1} of ${files.length}`;
      draw(total ? before / total : 0, head);
      sent.push([await send(file, bytes => draw(total ? (before + Math.min(bytes, file.size)) / total : 0, head)), file.name]);
      before += file.size;
      if (cancelled) throw new Error('');
    }
  } catch (error) {
    busy(false);
    const text = document.createElement('span');
    text.textContent = error.message || 'Cancelled. Nothing was added.';
    return say(text.innerHTML, Boolean(error.message));
  } finally {
    sending = null;
  }
  follow(await call('add_files', sent));
}

async function follow(step) {
  while (step.state === 'running') {
    reported = -step.number;
    busy(true);
    draw(step.share, step.said);
    await new Promise(resolve => setTimeout(resolve, 400));
    step = await call('step');
  }
  const focused = going.contains(document.activeElement);
  busy(false);
  if (step.problem) return say(step.problem, true);
  if (!step.number || step.number === reported) return;
  reported = step.number;
  say(step.report);
  if (focused) input.focus();
  await showHoldings();
  await again();
}

input.addEventListener('change', () => {
  const files = [...input.files];
  input.value = '';       // so that the same files can be chosen again
  add(files);
});
$('.cancel').addEventListener('click', () => {
  cancelled = true;
  if (sending) sending.abort();
  else call('cancel_adding');
});

let over = 0;
const carriesFiles = event => !$('.adding').hidden && event.dataTransfer?.types.includes('Files');
document.addEventListener('dragenter', event => { if (carriesFiles(event)) drop.classList.toggle('over', ++over > 0); });
document.addEventListener('dragleave', event => { if (carriesFiles(event)) drop.classList.toggle('over', --over > 0); });
document.addEventListener('dragover', event => { if (carriesFiles(event)) event.preventDefault(); });
document.addEventListener('drop', event => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  over = 0;
  drop.classList.remove('over');
  add([...event.dataTransfer.files]);
});

// Removing ----------------------------------------------------------------------------------------------------------

const sure = $('.sure');
let doomed = null;

entries.addEventListener('click', event => {
  doomed = event.target.closest('.remove');
  if (!doomed) return;
  const entry = doomed.closest('.entry');
  $('.which').textContent = entry.querySelector('.source').textContent;
  $('.sure .meta').replaceChildren(...entry.querySelector('.meta').cloneNode(true).childNodes);
  sure.showModal();
  $('.keep').focus();
});
$('.keep').addEventListener('click', () => sure.close());
$('.yes').addEventListener('click', async () => {
  $('.yes').disabled = true;
  const removed = await call('remove_article', decodeURIComponent(doomed.dataset.id));
  $('.yes').disabled = false;
  sure.close();
  if (!removed.problem) {
    await showHoldings();
    await again();
  }
  told.innerHTML = removed.problem ? `<span class="problem">${removed.problem}</span>` : `${removed.said} ${told.innerHTML}`;
  told.tabIndex = -1;
  told.focus();
});

// -------------------------------------------------------------------------------------------------------------------

showHoldings().then(async () => {
  fromAddress();
  await find();
  if ($('.adding').hidden) return;
  const step = await call('step');
  if (step.state === 'running') follow(step);
  else reported = step.number ?? 0;
});
