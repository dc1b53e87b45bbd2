// Draws a question at once, before the server has it.  Keeps the newest question at the top of the chat, so that an
// answer is read from its beginning.  Shows a waiting question's place in the queue.  Gives the focus back to the
// question box when an answer has arrived.

() => {
  const moment = 400;  // milliseconds
  let shown = '';       // the number of questions, and whether the last one is being answered
  let busy = false;
  let pending;          // the question as drawn here, until the server draws or refuses it
  let before = 0;       // the number of questions before it
  let place;            // the element that shows its place in the queue
  let asked = 0;        // when it was asked

  // Not scrollIntoView, which scrolls the page as well.
  function toTop(question) {
    const scroller = document.querySelector('#chat [role=log]');
    scroller.scrollTop += question.getBoundingClientRect().top - scroller.getBoundingClientRect().top + 2;
  }

  function draw() {
    const box = document.querySelector('#question textarea');
    const question = box.value.trim();
    // Before the greeting there are no messages.
    const messages = document.querySelector('#chat .message-wrap') ?? document.querySelector('#chat [role=log]');
    if (!messages || !question || box.disabled) return;
    drop();
    const refusal = document.querySelector('#place .refusal');
    if (refusal) refusal.hidden = true;
    pending = document.createElement('div');
    pending.className = 'pending';
    pending.dir = 'auto';
    pending.textContent = question;
    before = document.querySelectorAll('#chat .user-row').length;
    messages.append(pending);
    toTop(pending);
  }

  function drop() {
    pending?.remove();
    pending = undefined;
  }

  // Gradio writes "queue: 3/12 |" into its own hidden element; a wait shorter than `moment` is not shown.
  function wait() {
    const found = /queue: (\d+)\//.exec(document.querySelector('#place .progress-text')?.textContent ?? '');
    if (!found) {
      place?.remove();
      place = undefined;
      asked = 0;
      return;
    }
    asked ||= performance.now();
    const rest = moment - (performance.now() - asked);
    if (rest > 0) {
      setTimeout(wait, rest + 10);
      return;
    }
    if (!place) {
      place = document.createElement('div');
      place.className = 'place';
      place.setAttribute('role', 'status');
      (document.querySelector('#chat .message-wrap') ?? document.querySelector('#chat [role=log]'))?.append(place);
    }
    const others = Number(found[1]) - 1;
    const text = others === 0 ? 'Your question is next.'
      : `${others} question${others === 1 ? ' is' : 's are'} ahead of yours.`;
    if (place.textContent !== text) place.textContent = text;
  }

  function settle() {
    wait();

    // Gradio labels each message with its HTML source, which a screen reader would read out.
    document.querySelectorAll('#chat [data-testid][aria-label]').forEach(message => message.removeAttribute('aria-label'));

    // Gradio does not state whether the filters are open.
    const fold = document.querySelector('#filters > .label-wrap');
    if (fold && !fold.hasAttribute('aria-expanded')) {
      const tell = () => fold.setAttribute('aria-expanded', fold.classList.contains('open'));
      new MutationObserver(tell).observe(fold, { attributes: true, attributeFilter: ['class'] });
      tell();
    }

    const questions = document.querySelectorAll('#chat .user-row');
    if (questions.length !== before) drop();
    const state = `${questions.length} ${Boolean(document.querySelector('#chat .searching'))}`;
    if (state !== shown && questions.length) {
      // Once more when the whole change has been drawn.
      const newest = questions[questions.length - 1];
      toTop(newest);
      requestAnimationFrame(() => toTop(newest));
    }
    shown = state;

    const box = document.querySelector('#question textarea');
    const nowBusy = Boolean(box?.disabled);
    // Not on touch screens, where the focus opens the keyboard over the answer.
    if (busy && !nowBusy && document.activeElement === document.body && matchMedia('(hover: hover)').matches) {
      box.focus({ preventScroll: true });
    }
    busy = nowBusy;
  }

  document.addEventListener('keydown', event => {
    const sends = event.key === 'Enter' && !event.shiftKey && !event.isComposing;
    if (sends && event.target.matches?.('#question textarea')) draw();
  }, true);
  document.addEventListener('click', event => { if (event.target.closest?.('#question .submit-button')) draw(); }, true);
  document.addEventListener('answered', drop);
  new MutationObserver(settle).observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'], characterData: true,
  });
}
