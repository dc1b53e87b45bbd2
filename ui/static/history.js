// Conversations: stored in this browser (IndexedDB), listed, reopened, renamed, deleted and exported; and feedback on
// answers.  Runs once; Gradio's HTML component provides `server`, `props`, `watch` and `trigger`.  Its value carries the
// newest turn as JSON from the server, and a conversation back to it.

const drawer = document.createElement('dialog');
const list = document.createElement('ul');
let current = fresh();

function fresh() {
  // Not randomUUID, which browsers offer only on loopback addresses or with TLS.
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
  return { id, title: '', updated: '', turns: [] };
}

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function button(text, action, className = '') {
  const node = make('button', className, text);
  node.type = 'button';
  node.addEventListener('click', action);
  return node;
}

// Storage -----------------------------------------------------------------------------------------------------------

function request(made) {
  return new Promise((resolve, reject) => {
    made.onsuccess = () => resolve(made.result);
    made.onerror = () => reject(made.error);
  });
}

let opening;
async function store(mode, use) {
  opening ??= (() => {
    const made = indexedDB.open('dateline', 1);
    made.onupgradeneeded = () => made.result.createObjectStore('conversations', { keyPath: 'id' });
    return request(made);
  })();
  const database = await opening;
  return request(use(database.transaction('conversations', mode).objectStore('conversations')));
}

const keep = conversation => store('readwrite', kept => kept.put(conversation));
const forget = id => store('readwrite', kept => kept.delete(id));
const load = id => store('readonly', kept => kept.get(id));
const all = () => store('readonly', kept => kept.getAll());

// The conversation on the page --------------------------------------------------------------------------------------

const waiting = [];   // for an answer to be stored; it is on the page a moment earlier

async function remember(name, turn) {
  current.turns.push({ name, ...turn });
  waiting.splice(0).forEach(done => done());
  current.title ||= turn.answer.question;
  current.updated = new Date().toISOString();
  sessionStorage.setItem('conversation', current.id);
  try {
    await keep(current);
    drawer.dataset.kept = current.turns.length;
  } catch (error) {
    console.warn('This conversation cannot be stored in this browser:', error);
  }
}

const MOST_TURNS = 200;   // that the server accepts
const plain = turns => turns.slice(-MOST_TURNS).map(({ answer, limits }) => ({ answer, limits }));

function show(conversation) {
  current = conversation;
  sessionStorage.setItem('conversation', current.id);
  drawer.close();
  props.value = JSON.stringify(plain(current.turns));
  trigger('submit');
}

// Gradio returns undefined if the server is gone or the login has expired.
const LOST = 'The server did not answer. Please load the page again.';

function begin() {
  current = fresh();
  delete drawer.dataset.kept;
  sessionStorage.removeItem('conversation');
}

// The drawer --------------------------------------------------------------------------------------------------------

function row(conversation) {
  const item = make('li', conversation.id === current.id ? 'current' : '');
  const open = button('', async () => show(await load(conversation.id)), 'conversation');
  const questions = conversation.turns.length;
  const when = new Date(conversation.updated).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  const title = make('span', 'title', conversation.title);
  title.dir = 'auto';
  open.append(title, make('span', 'when', `${when} · ${questions} question${questions === 1 ? '' : 's'}`));
  const acts = make('p', 'acts');
  const about = name => `${name} “${conversation.title}”`;
  for (const [name, action] of [
    ['Rename', () => rename(item, conversation)],
    ['Markdown', () => save(conversation, 'md')],
    ['JSON', () => save(conversation, 'json')],
    ['Delete', () => remove(item, conversation)],
  ]) {
    const act = button(name, action);
    act.setAttribute('aria-label', about(name));
    acts.append(act);
  }
  item.append(open, acts);
  return item;
}

async function draw() {
  let kept;
  try {
    kept = await all();
  } catch {
    list.replaceChildren(make('li', 'empty', 'This browser stores nothing in this mode, so there is no history.'));
    return;
  }
  kept.sort((one, other) => other.updated.localeCompare(one.updated));
  list.replaceChildren(...kept.map(row));
  if (!kept.length) list.append(make('li', 'empty', 'Your conversations are stored here, in this browser only.'));
}

function rename(item, conversation) {
  const form = make('form', 'rename');
  const field = make('input');
  field.value = conversation.title;
  field.maxLength = 200;
  field.setAttribute('aria-label', 'Title');
  const done = make('button', '', 'Save');
  form.append(field, done, button('Cancel', draw));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const kept = conversation.id === current.id ? current : conversation;
    kept.title = field.value.trim() || kept.title;
    await keep(kept);
    await draw();
  });
  item.replaceChildren(form);
  field.select();
}

function remove(item, conversation) {
  const sure = make('p', 'acts', 'Delete this conversation? ');
  const yes = button('Delete', async () => {
    await forget(conversation.id);
    if (conversation.id === current.id) document.querySelector('#fresh').click();
    await draw();
  });
  sure.append(yes, button('Keep', draw));
  item.replaceChildren(item.querySelector('.conversation'), sure);
  yes.focus();
}

async function save(conversation, kind) {
  const text = kind === 'md'
    ? await server.markdown([conversation.title, plain(conversation.turns), location.origin])
    : JSON.stringify({ title: conversation.title, updated: conversation.updated, turns: plain(conversation.turns) }, null, 1);
  if (!text) return list.prepend(make('li', 'empty', LOST));
  const link = make('a');
  link.href = URL.createObjectURL(new Blob([text], { type: kind === 'md' ? 'text/markdown' : 'application/json' }));
  link.download = `${conversation.title.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60) || 'conversation'}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Under an answer: copy and feedback --------------------------------------------------------------------------------

// The conversation up to the answer above a link.
async function turnsTo(link) {
  const place = [...document.querySelectorAll('#chat .answer')].indexOf(link.closest('.answer'));
  while (current.turns.length <= place) await new Promise(done => waiting.push(done));
  return current.turns.slice(0, place + 1);
}

function say(link, text) {
  const acts = link.closest('.acts');
  let told = acts.querySelector('.told');
  if (!told) acts.append(told = make('span', 'told'));
  told.setAttribute('role', 'status');
  told.textContent = text;
}

// Without the clipboard API, as on plain HTTP from another machine, the old way.
async function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = make('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

async function copy(link) {
  const turn = (await turnsTo(link)).at(-1);
  const text = await server.markdown(['', plain([turn]), location.origin]);
  if (text) await window.dateline.toClipboard(text);
  say(link, text ? 'Copied as Markdown, with its sources' : LOST);
}

async function vote(link, chosen) {
  const acts = link.closest('.acts');
  acts.querySelectorAll('a[href^="#vote-"]').forEach(other => {
    other.classList.toggle('on', other === link);
    other.setAttribute('aria-pressed', other === link);
  });
  const turns = await turnsTo(link);
  const send = async note => await server.vote([turns.at(-1).name, chosen, note, plain(turns)]) ?? LOST;
  const problem = await send('');
  say(link, problem || 'Thank you');
  acts.parentElement.querySelector('.note')?.remove();
  if (problem) return;
  const form = make('form', 'note');
  const field = make('input');
  field.maxLength = 2000;
  field.placeholder = chosen === 'helpful' ? 'What helped? (optional)' : 'What was wrong? (optional)';
  field.setAttribute('aria-label', field.placeholder);
  form.append(field, make('button', '', 'Send'));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    say(link, await send(field.value) || 'Thank you, your note was stored');
    form.remove();
  });
  acts.after(form);
}

// Wiring ------------------------------------------------------------------------------------------------------------

drawer.id = 'history';
drawer.setAttribute('aria-labelledby', 'history-title');
const head = make('header');
const heading = make('h2', '', 'Conversations');
heading.id = 'history-title';
const cross = button('✕', () => drawer.close(), 'close');
cross.setAttribute('aria-label', 'Close conversations');
head.append(heading, cross);
drawer.append(head, list);
drawer.addEventListener('click', event => { if (event.target === drawer) drawer.close(); });
document.body.append(drawer);

document.addEventListener('click', event => {
  if (event.target.closest?.('#fresh')) begin();
  if (event.target.closest?.('#past')) draw().then(() => drawer.showModal());
});
window.dateline = { copy, vote, toClipboard };   // what the page's other scripts call

watch('value', () => {
  const { name, turn } = JSON.parse(props.value || '{}');
  if (turn) remember(name, turn);
});

// After a reload the conversation is shown again.
const last = sessionStorage.getItem('conversation');
if (last) load(last).then(kept => kept && show(kept), () => {});
