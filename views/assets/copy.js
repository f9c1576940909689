// Copies an id. The clipboard is closed to pages that come over plain HTTP from another machine; there the id is
// selected, so that the browser's own command copies it.
const saidForMs = 2000;

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (button === null) return;
  const words = button.querySelector('[aria-live]');
  const before = words.dataset.before ?? words.textContent;
  words.dataset.before = before;
  const isCopied = await copy(button.dataset.copy);
  if (!isCopied) getSelection().selectAllChildren(button.previousElementSibling);
  words.textContent = isCopied ? 'Copied' : 'Selected: press Ctrl+C to copy';
  button.title = words.textContent;
  button.classList.toggle('copied', isCopied);
  setTimeout(() => {
    words.textContent = before;
    button.title = 'Copy';
    button.classList.remove('copied');
  }, saidForMs);
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
