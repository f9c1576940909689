// A form that is sent after its session has ended would be lost with all that was typed. So the session is asked for
// first, with the token that it has now: after a log-in in another tab the form is sent with that.
import { fetchPage } from './fetchPage.js';
import './keep.js';

const form = document.querySelector('form.form-panel');
let isChecked = false;

form?.addEventListener('submit', async (event) => {
  if (isChecked) return;
  event.preventDefault();
  if (form.ariaBusy === 'true') return;
  form.ariaBusy = 'true';
  const token = await currentToken();
  form.ariaBusy = null;
  if (token === null) {
    tell();
    return;
  }
  form.querySelector('[name="_csrf"]').value = token;
  document.getElementById('session-ended')?.remove();
  isChecked = true;
  form.requestSubmit(event.submitter);
  isChecked = false;
});

/** null: nobody is signed in. The server refuses what is wrong by itself, so whatever else happens stops nobody. */
async function currentToken() {
  const known = form.querySelector('[name="_csrf"]').value;
  try {
    // Of the empty form: this page may have a preview, which would be made once more.
    const { answer, page } = await fetchPage(form.action);
    if (answer.redirected && new URL(answer.url).pathname === '/login') return null;
    return page.querySelector('form.form-panel [name="_csrf"]')?.value ?? known;
  } catch {
    return known;
  }
}

function tell() {
  document.getElementById('session-ended')?.remove();
  const notice = document.createElement('div');
  Object.assign(notice, {
    id: 'session-ended',
    className: 'notice box tone tone-bad',
    role: 'alert',
    tabIndex: -1,
  });
  const link = document.createElement('a');
  Object.assign(link, { href: '/login', target: '_blank', textContent: 'Log in in another tab' });
  notice.append(
    'Your session has ended. Nothing was sent, and what you typed is still here. ',
    link,
    ', then come back and send it again.',
  );
  form.before(notice);
  notice.focus();
}
