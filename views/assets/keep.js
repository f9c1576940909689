// What was typed stays with the form's place in the history, so that Back finds it again: browsers alone forget it for
// pages that must not be stored. What confirms a removal is typed again, and another account finds nothing of it.
const account = document.querySelector('[data-account]')?.dataset.account ?? '';
const form = document.querySelector('form.form-panel, .form-panel form');
const isKept = ({ name, type }) =>
  name !== '' &&
  (type !== 'hidden' || name === 'revision') &&
  !/^(password|submit)$/.test(type) &&
  name !== 'confirm_count';

const isTicked = ({ type }) => type === 'checkbox' || type === 'radio';
const keyOf = ({ type, name, value }) => (type === 'radio' ? `${name} ${value}` : name);

function keep() {
  const typed = [...form.elements]
    .filter(isKept)
    .map((field) => [keyOf(field), isTicked(field) ? field.checked : field.value]);
  // It also makes a page that answered a post one that Back asks for by its address.
  history.replaceState({ ...history.state, account, typed: Object.fromEntries(typed) }, '');
}

function forget() {
  form.reset();
  keep();
}

function fillIn(typed) {
  for (const field of [...form.elements].filter((one) => isKept(one) && keyOf(one) in typed)) {
    const part = isTicked(field) ? 'checked' : 'value';
    if (field[part] === typed[keyOf(field)]) continue;
    field[part] = typed[keyOf(field)];
    field.closest('details')?.setAttribute('open', '');
  }
}

// A time that is picked takes the place of the text beside it.
function pick({ target }) {
  const text = target.dataset.picks && document.getElementById(target.dataset.picks);
  if (!text || target.value === '') return;
  text.value = `${target.value.length === 16 ? `${target.value}:00` : target.value}Z`;
  target.value = '';
}

// What is typed after the last choice is that choice, and goes when another is made.
function choose({ target }) {
  const radio = target.dataset.chooses && document.getElementById(target.dataset.chooses);
  if (radio && target.value !== '') radio.checked = true;
  if (target.type !== 'radio' || target.value === '') return;
  const other = form.querySelector(`[data-chooses="${target.name}-"]`);
  if (other !== null) other.value = '';
}

if (form !== null) {
  form.addEventListener('change', pick);
  form.addEventListener('input', choose);
  const [how] = performance.getEntriesByType('navigation');
  const { account: typist, typed } = history.state ?? {};
  if (how?.type === 'back_forward' && typed) {
    if (typist === account) fillIn(typed);
    // Over plain HTTP a browser fills the form in by itself, after this.
    else addEventListener('pageshow', forget, { once: true });
  }
  keep();
  form.addEventListener('change', keep);
  form.addEventListener('submit', keep, true);
}
