// Runs before the first paint: the page must not flash in the other theme.
const dark = matchMedia('(prefers-color-scheme: dark)');
const themes = ['light', 'dark'];

/** The theme that was chosen in this browser; null follows the system. */
function chosen() {
  try {
    const theme = localStorage.getItem('theme');
    return themes.includes(theme) ? theme : null;
  } catch {
    // A browser that keeps nothing for anybody.
    return null;
  }
}

function choose(theme) {
  try {
    if (themes.includes(theme)) localStorage.setItem('theme', theme);
    else localStorage.removeItem('theme');
  } catch {
    // Then the choice cannot be kept, and the system's theme stays.
  }
  show();
}

function show() {
  const theme = chosen();
  document.documentElement.setAttribute('data-theme', theme ?? (dark.matches ? 'dark' : 'light'));
  for (const button of document.querySelectorAll('[data-theme-choice]')) {
    button.setAttribute('aria-pressed', String(button.dataset.themeChoice === (theme ?? 'system')));
  }
}

show();
dark.addEventListener('change', show);
// Another tab has chosen.
addEventListener('storage', show);
document.addEventListener('DOMContentLoaded', () => {
  const group = document.querySelector('[data-theme-switch]');
  if (group === null) return;
  show();
  group.hidden = false;
  group.addEventListener('click', (event) => {
    const choice = event.target.closest('[data-theme-choice]');
    if (choice !== null) choose(choice.dataset.themeChoice);
  });
});
