// What is done to selected tasks can be asked for once some are, and the buttons say how many. Without scripts the
// server says that none is. A button that waits for a selection keeps the focus and its place in the order of keys.
import { formatCount } from './words.js';

const bar = document.querySelector('.bulk');
if (bar !== null) follow(bar);

function follow(bar) {
  const form = bar.closest('form');
  // Not there for who may only compare.
  const whom = bar.querySelector('select');
  const hint = bar.querySelector('.bulk-hint');
  const buttons = [...bar.querySelectorAll('[data-verb]')];
  const boxes = () => [...form.querySelectorAll('input[name="selected"]')];

  const show = () => {
    const all = boxes();
    const count = all.filter(({ checked }) => checked).length;
    const isSelection = whom?.value !== 'matching';
    const isWaiting = isSelection && count === 0;
    for (const button of buttons) {
      const which = isSelection && count > 0 ? ` ${formatCount(count)} selected` : '';
      button.textContent = `${button.dataset.verb}${which}…`;
      if (isWaiting) button.setAttribute('aria-disabled', 'true');
      else button.removeAttribute('aria-disabled');
    }
    hint.hidden = !isWaiting;
    bar.hidden = all.length === 0;
    // The rows may have gone with a swap.
    const whole = form.querySelector('[data-select-all]');
    if (whole === null) return;
    whole.checked = count > 0 && count === all.length;
    whole.indeterminate = count > 0 && count < all.length;
  };

  form.addEventListener('change', ({ target }) => {
    if (target.matches('[data-select-all]')) for (const box of boxes()) box.checked = target.checked;
    show();
  });
  bar.addEventListener('click', (event) => {
    if (event.target.matches('[aria-disabled]')) event.preventDefault();
  });
  document.addEventListener('live-swap', show);
  // A browser that comes back may have kept what was ticked.
  addEventListener('pageshow', show);
  show();
}
