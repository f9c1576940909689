// What was typed stays with the form's place in the history, so that Back finds it again: browsers alone forget it for
// pages that must not be stored. What confirms a removal is typed again.
const form = document.querySelector('form.form-panel, .form-panel form');
const isKept = ({ name, type }) =>
  name !== '' &&
  (type !== 'hidden' || name === 'revision') &&
  !/^(password|submit)$/.test(type) &&
  name !== 'confirm_count';

function keep() {
  const typed = [...form.elements]
    .filter(isKept)
    .map((field) => [field.name, field.type === 'checkbox' ? field.checked : field.value]);
  // It also makes a page that answered a post one that Back asks for by its address.
  history.replaceState({ ...history.state, typed: Object.fromEntries(typed) }, '');
}

function fillIn(typed) {
  for (const field of [...form.elements].filter((one) => isKept(one) && one.name in typed)) {
    const part = field.type === 'checkbox' ? 'checked' : 'value';
    if (field[part] === typed[field.name]) continue;
    field[part] = typed[field.name];
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

if (form !== null) {
  form.addEventListener('change', pick);
  const [how] = performance.getEntriesByType('navigation');
  if (how?.type === 'back_forward' && history.state?.typed) fillIn(history.state.typed);
  keep();
  form.addEventListener('change', keep);
  form.addEventListener('submit', keep, true);
}
