// Actions of the links under an answer: sorts its passages, limits them to a period of the timeline, sets the filters'
// dates from a timeline, and puts the question as searched into the box.  A link's address says what it does.

() => {
  const day = hit => [...hit.classList].find(name => name.startsWith('at-')).slice(3);
  const rank = hit => Number(hit.querySelector('.rank').textContent);

  function press(links, pressed) {
    links.forEach(link => {
      link.classList.toggle('on', link === pressed);
      link.setAttribute('aria-pressed', link === pressed);
    });
  }

  function sort(link, by) {
    const list = link.closest('.passages').querySelector('.hits');
    const newest = (one, other) => day(other).localeCompare(day(one)) || rank(one) - rank(other);
    list.append(...[...list.children].sort(by === 'date' ? newest : (one, other) => rank(one) - rank(other)));
    press(link.parentElement.querySelectorAll('.tool'), link);
  }

  function limit(bar, period) {
    const chosen = bar.classList.contains('on') ? '' : period;
    press(bar.parentElement.querySelectorAll('.bar'), chosen ? bar : null);
    bar.closest('.passages').querySelectorAll('.hit').forEach(hit => { hit.hidden = !day(hit).startsWith(chosen); });
  }

  // The next day, month or year; ISO 8601, of the same precision.
  function next(period) {
    const [year, month = '01', date = '01'] = period.split('-');
    const after = new Date(Date.UTC(0, 0));
    after.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
    if (period.length === 4) after.setUTCFullYear(after.getUTCFullYear() + 1);
    else if (period.length === 7) after.setUTCMonth(after.getUTCMonth() + 1);
    else after.setUTCDate(after.getUTCDate() + 1);
    return after.toISOString().slice(0, period.length);
  }

  // Sets a field as if it had been typed in, because Gradio listens to input events.
  function type(field, text) {
    const kind = field.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function between(period) {
    const fields = ['#after', '#before'].map(id => document.querySelector(`${id} textarea, ${id} input`));
    const bounds = [period, next(period)];
    const same = fields.every((field, place) => field.value === bounds[place]);
    fields.forEach((field, place) => type(field, same ? '' : bounds[place]));
    fields[0].focus();    // leaving one field makes Gradio read all of them; two would start two concurrent calls
    fields[0].blur();
  }

  const actions = {
    sort,
    copy: link => window.dateline.copy(link),
    vote: (link, chosen) => window.dateline.vote(link, chosen),
    when: (link, period) => link.closest('.passages') ? limit(link, period) : between(period),
    edit: link => {
      const box = document.querySelector('#question textarea');
      type(box, link.parentElement.querySelector('.asked').textContent);
      box.focus();
    },
  };

  function follow(event) {
    const link = event.target.closest?.('a[role=button][href^="#"]');
    const [, name, value] = link?.getAttribute('href').match(/^#(sort|when|edit|copy|vote)-(.*)$/) ?? [];
    if (!name || (event.type === 'keydown' && event.key !== ' ')) return;
    event.preventDefault();
    actions[name](link, value);
  }

  document.addEventListener('click', follow);
  document.addEventListener('keydown', follow);    // the space bar presses a button too
}
