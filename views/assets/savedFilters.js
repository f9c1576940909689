// Filters of the list of tasks under a name. They are kept in this browser, for each account: a filter is an address, which
// can be passed on as it is, so nothing would be gained by a table on the server.
const key = `task-filters ${document.querySelector('[data-account]')?.dataset.account ?? ''}`;
const place = document.querySelector('[data-saved-filters]');
if (place !== null) follow(place);

function follow(place) {
  const form = place.querySelector('form');
  const input = form.querySelector('input');

  const show = () => {
    const saved = read();
    const now = currentFilter();
    for (const item of place.querySelectorAll('[data-saved]')) item.remove();
    for (const { name, query } of saved) form.before(pillOf(name, query, query === now));
    form.hidden = now === '' || saved.some(({ query }) => query === now);
    place.hidden = saved.length === 0 && form.hidden;
  };

  const pillOf = (name, query, isCurrent) => {
    const link = document.createElement('a');
    link.className = 'pill';
    link.href = `?${query}`;
    link.textContent = name;
    if (isCurrent) link.setAttribute('aria-current', 'true');
    const forget = document.createElement('button');
    forget.className = 'pill';
    forget.type = 'button';
    forget.textContent = '×';
    forget.setAttribute('aria-label', `Delete the filter ${name}`);
    forget.addEventListener('click', () => {
      write(read().filter((one) => one.name !== name));
      show();
    });
    const item = document.createElement('span');
    item.dataset.saved = name;
    item.append(link, forget);
    return item;
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (name === '') return;
    write([...read().filter((one) => one.name !== name), { name, query: currentFilter() }]);
    input.value = '';
    show();
  });
  // Another tab has saved one.
  addEventListener('storage', show);
  show();
}

/** What the address says, but for the place in the list and what was left empty. */
function currentFilter() {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of [...query]) {
    if (value === '' || ['page', 'page_size', 'after', 'before'].includes(name)) query.delete(name);
  }
  return query.toString();
}

function read() {
  try {
    const saved = JSON.parse(localStorage.getItem(key) ?? '[]');
    return saved.filter(({ name, query }) => typeof name === 'string' && typeof query === 'string');
  } catch {
    // Nothing was kept, or by something else.
    return [];
  }
}

function write(saved) {
  try {
    localStorage.setItem(key, JSON.stringify(saved));
  } catch {
    // A browser that keeps nothing for anybody.
  }
}
