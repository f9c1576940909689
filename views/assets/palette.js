// "/" leads to the header's search; Ctrl-K or Cmd-K opens the same search over the page, whose hits are those of the search
// page. Without scripts the header's form does all of it.
const box = document.querySelector('.search-box input');
const waitMs = 120;
const dialog = document.createElement('dialog');
const input = document.createElement('input');
const list = document.createElement('div');
const status = document.createElement('p');

let asking = null;
let waiting;
/** Settles when what is typed has been looked for. */
let answered = Promise.resolve();
let active = null;
/** Whether the arrows have chosen among what an earlier text has found. */
let isChosen = false;

Object.assign(dialog, { className: 'palette box', ariaLabel: 'Search and go to' });
Object.assign(input, {
  ...{ className: 'input', type: 'text', role: 'combobox', placeholder: 'Search, or go to a page' },
  ...{ ariaLabel: 'Search everything', ariaAutoComplete: 'list', ariaExpanded: 'false' },
  ...{ autocomplete: 'off', autocapitalize: 'none', spellcheck: false, maxLength: 256 },
});
input.setAttribute('aria-controls', 'palette-hits');
Object.assign(list, { id: 'palette-hits', className: 'scrolls', role: 'listbox', ariaLabel: 'Found' });
Object.assign(status, { className: 'note', role: 'status' });
dialog.append(input, list, status);

if (box !== null && matchMedia('(hover: hover)').matches) box.placeholder = 'Search (press /)';

addEventListener('keydown', (event) => {
  const { key, target } = event;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key.toLowerCase() === 'k') {
    event.preventDefault();
    open();
  } else if (key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(target)) {
    event.preventDefault();
    box?.focus();
    box?.select();
  }
});

function isTyping(target) {
  return dialog.open || target.closest?.('input, textarea, select, [contenteditable]') != null;
}

function open() {
  if (dialog.open) return;
  if (!dialog.isConnected) document.body.append(dialog);
  dialog.showModal();
  input.select();
  isChosen = false;
  look();
}

// Outside of its content, which covers all of it but the border.
dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
dialog.addEventListener('close', () => asking?.abort());

input.addEventListener('input', () => {
  clearTimeout(waiting);
  isChosen = false;
  answered = new Promise((resolve) => {
    waiting = setTimeout(() => resolve(look()), waitMs);
  });
});

input.addEventListener('keydown', async (event) => {
  const { key } = event;
  if (event.isComposing) return;
  if (key === 'ArrowDown' || key === 'ArrowUp') {
    event.preventDefault();
    const options = [...list.querySelectorAll('[role="option"]')];
    const place = options.indexOf(active) + (key === 'ArrowDown' ? 1 : -1);
    activate(options.at(place % Math.max(1, options.length)) ?? null);
    isChosen = true;
  } else if (key === 'Enter') {
    event.preventDefault();
    await answered;
    if (!dialog.open) return;
    const searched = `/search/view?${new URLSearchParams({ q: input.value })}`;
    location.assign(active?.dataset.href ?? searched);
    dialog.close();
  }
});

list.addEventListener('click', ({ target }) => {
  const option = target.closest('[role="option"]');
  if (option === null) return;
  dialog.close();
  location.assign(option.dataset.href);
});

/** Asks for what is typed now; an answer that is overtaken is dropped. */
function look() {
  asking?.abort();
  const asked = (asking = new AbortController());
  answered = (async () => {
    try {
      const address = `/search/view?${new URLSearchParams({ q: input.value, list: 'all' })}`;
      // As a page that refreshes itself: messages are left for the page that follows.
      const headers = { accept: 'text/html', 'live-refresh': 'used' };
      const answer = await fetch(address, { headers, signal: asked.signal });
      if (answer.redirected) location.assign(answer.url);
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      show(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch {
      if (asked.signal.aborted) return;
      status.textContent = 'The search does not answer. Try again.';
      // Enter must not open what an earlier text has found.
      list.replaceChildren();
      input.ariaExpanded = 'false';
      activate(null);
    }
  })();
  return answered;
}

function show(page) {
  let count = 0;
  list.replaceChildren(
    ...[...page.querySelectorAll('[data-search-group]')].map((found) => {
      const { searchGroup: name } = found.dataset;
      const group = Object.assign(document.createElement('div'), { role: 'group', ariaLabel: name });
      const title = Object.assign(document.createElement('div'), { className: 'note', textContent: name });
      title.ariaHidden = 'true';
      group.append(title);
      for (const link of found.querySelectorAll('li a')) {
        const option = Object.assign(document.createElement('div'), { role: 'option', className: 'breaks' });
        option.id = `palette-hit-${++count}`;
        option.dataset.href = link.getAttribute('href');
        option.append(link.textContent);
        const note = link.nextElementSibling;
        if (note !== null) option.append(note);
        group.append(option);
      }
      return group;
    }),
  );
  const note = page.querySelector('[data-search-note]')?.textContent.trim().replaceAll(/\s+/g, ' ');
  status.textContent = note ?? `${count} found`;
  input.ariaExpanded = String(count > 0);
  const options = [...list.querySelectorAll('[role="option"]')];
  const again = options.find(({ dataset }) => isChosen && dataset.href === active?.dataset.href);
  activate(again ?? options[0] ?? null);
}

function activate(option) {
  if (active !== null) active.ariaSelected = 'false';
  active = option;
  if (option === null) input.removeAttribute('aria-activedescendant');
  else {
    option.ariaSelected = 'true';
    input.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  }
}
