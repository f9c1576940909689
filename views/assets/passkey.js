// Asks the browser for a passkey before a form is sent: the form carries what the browser answers.
const { startAuthentication, startRegistration } = globalThis.SimpleWebAuthnBrowser;

const ask = async ({ passkey, options, optionsFrom }) => {
  const optionsJSON =
    options === undefined ? await (await fetch(optionsFrom, { method: 'POST' })).json() : JSON.parse(options);
  return passkey === 'new' ? startRegistration({ optionsJSON }) : startAuthentication({ optionsJSON });
};

for (const form of document.querySelectorAll('form[data-passkey]')) {
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const status = form.querySelector('[role="status"]');
    status.textContent = '';
    try {
      form.elements.namedItem(form.dataset.field ?? 'credential').value = JSON.stringify(
        await ask(form.dataset),
      );
      form.submit();
    } catch {
      status.textContent = 'The browser gave no passkey. Try again, or use another way.';
    }
  });
}
