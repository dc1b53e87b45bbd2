// Keeps the newest question at the top of the chat, so that an answer is read from its beginning, and gives the
// question box the focus back when an answer is there.

() => {
  let questions = 0;
  let watched = null;

  function settle() {
    const asked = document.querySelectorAll('#chat [data-testid="user"]');
    if (asked.length < questions) questions = asked.length;
    const box = document.querySelector('#question textarea');
    const busy = Boolean(box?.disabled);
    if (asked.length && (asked.length > questions || busy || watched === 'busy')) {
      asked[asked.length - 1].scrollIntoView({ block: 'start' });
    }
    questions = asked.length;
    // Not on touch screens, where the focus brings up the keyboard over the answer.
    if (watched === 'busy' && !busy && document.activeElement === document.body && matchMedia('(hover: hover)').matches) {
      box?.focus({ preventScroll: true });
    }
    watched = busy ? 'busy' : 'idle';
  }

  new MutationObserver(settle).observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['disabled'],
  });
}
