// The lists of the account that is chosen become choices. Without scripts the preview does that.
const account = document.getElementById('account_id');

account?.addEventListener('change', async () => {
  const kind = account.form.querySelector('[name="kind"]').value;
  const before = document.getElementById('list_id');
  if (before === null) return;
  const query = new URLSearchParams({ kind, account_id: account.value });
  try {
    const answer = await fetch(`/tasks/new?${query}`, {
      headers: { accept: 'text/html', 'live-refresh': 'used' },
    });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const after = page.getElementById('list_id');
    if (answer.ok && after !== null) before.closest('.field').replaceWith(after.closest('.field'));
  } catch {
    // A list can still be typed.
  }
});
