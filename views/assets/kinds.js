// The kinds that a form may have are links. What was typed goes along, for the fields that both kinds have; without
// scripts the other form comes empty. A form of its own is sent: this page is what it was when somebody comes back.
import './lists.js';

document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-kind]');
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const form = document.createElement('form');
  form.method = 'post';
  form.action = link.href;
  const typed = new FormData(document.querySelector('form.form-panel'));
  typed.set('former_kind', typed.get('kind'));
  typed.set('kind', link.dataset.kind);
  typed.set('step', 'kind');
  for (const [name, value] of typed) {
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
});
