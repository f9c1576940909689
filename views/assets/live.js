// One stream of events per page, while it is seen. Figures are set from the event itself; what needs words or buttons (another
// state, more parts, more errors) is fetched as the page itself, of which only the live regions are swapped in.
import { describeProgress, formatCount, formatDuration, formatRate } from './words.js';

const address = document.body.dataset.events;
const refreshEveryMs = 2000;
const reopenAfterMs = 5000;
const activityEveryMs = 10_000;
const elsewhere = new Map();
const finalStates = ['cancelled', 'failed', 'done'];

if (address !== undefined) follow(address);
// What a form was answered with: its faults, or what it would do.
document.querySelector('[data-focus]')?.focus();

/** Many tabs that nobody looks at would cost the server a stream each. */
function follow(url) {
  let source = null;
  let reopening;
  const close = (state) => {
    clearTimeout(reopening);
    source?.close();
    source = null;
    mark(state);
  };
  const open = () => {
    close('reconnecting');
    source = new EventSource(url);
    source.addEventListener('open', () => mark('live'));
    source.addEventListener('error', () => {
      mark('reconnecting');
      // The browser comes back by itself after a broken line, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) {
        reopening = setTimeout(open, reopenAfterMs);
        refresh();
      }
    });
    source.addEventListener('task', (event) => show(JSON.parse(event.data)));
    source.addEventListener('gone', () => refresh());
    source.addEventListener('workers', (event) => {
      const shown = document.querySelector('[data-missing-workers]')?.dataset.missingWorkers;
      if (shown !== undefined && shown !== JSON.parse(event.data).missing.join(' ')) refresh();
    });
  };
  const isHidden = () => document.visibilityState === 'hidden';
  if (isHidden()) close('paused');
  else open();
  document.addEventListener('visibilitychange', () => {
    if (isHidden()) {
      close('paused');
    } else if (source === null) {
      open();
      // What has happened meanwhile is not told again.
      refresh();
    }
  });
  // A page that is shown again from the browser's cache has lost its stream.
  addEventListener('pagehide', () => close('paused'));
  addEventListener('pageshow', (event) => {
    if (event.persisted && source === null && !isHidden()) {
      open();
      refresh();
    }
  });
}

function mark(state) {
  for (const element of document.querySelectorAll('[data-live-mark]')) {
    element.hidden = false;
    element.dataset.liveMark = state;
    element.textContent = state;
  }
}

function show(task) {
  const element = document.querySelector(`[data-live-task="${task.task_id}"]`);
  if (element === null) {
    // Of a task that this page does not show only its coming and going between states is of interest.
    if (elsewhere.get(task.task_id) !== task.state) refresh();
    elsewhere.set(task.task_id, task.state);
    return;
  }
  setFigures(element, task);
  if (element.dataset.state !== task.state) {
    element.dataset.state = task.state;
    refresh();
  } else if (document.getElementById('live-parts') !== null && !finalStates.includes(task.state)) {
    refresh();
  } else if (document.getElementById('live-activity') !== null && Date.now() - last > activityEveryMs) {
    refresh();
  }
}

function setFigures(element, task) {
  const { progress } = task;
  const bar = describeProgress(task);
  const isOver = finalStates.includes(task.state);
  const rate = isOver ? null : progress.objects_per_second;
  const left = isOver ? null : progress.eta_seconds;
  const values = {
    percent: `${bar.percent} %`,
    words: bar.words,
    objects_done: formatCount(progress.objects_done),
    objects_failed: formatCount(progress.objects_failed),
    objects_skipped: formatCount(progress.objects_skipped),
    objects_expected: formatCount(progress.objects_expected),
    parts: `${formatCount(task.count_task_parts_done)} of ${formatCount(task.count_task_parts_all)}`,
    rate: formatRate(progress.objects_per_second),
    eta: formatDuration(left),
    pace:
      rate === null
        ? ''
        : left === null
          ? formatRate(rate)
          : `${formatRate(rate)}, ${formatDuration(left)} left`,
  };
  for (const target of element.querySelectorAll('[data-live]')) {
    const value = values[target.dataset.live];
    if (value !== undefined && target.textContent !== value) target.textContent = value;
  }
  const svg = element.querySelector('[data-live="bar"]');
  if (svg === null) return;
  svg.setAttribute('aria-valuenow', String(bar.percent));
  svg.setAttribute('aria-valuetext', `${bar.percent} %, ${bar.words}`);
  const starts = { done: 0, skipped: bar.done, failed: bar.done + bar.skipped };
  for (const slice of svg.querySelectorAll('[data-live-slice]')) {
    slice.setAttribute('x', starts[slice.dataset.liveSlice].toFixed(3));
    slice.setAttribute('width', bar[slice.dataset.liveSlice].toFixed(3));
  }
}

let waiting = null;
let last = 0;

/** At most one fetch in `refreshEveryMs`, the first at once; a page that nobody sees is left alone. */
function refresh() {
  if (waiting !== null) return;
  const wait = Math.max(0, last + refreshEveryMs - Date.now());
  waiting = setTimeout(async () => {
    last = Date.now();
    try {
      await swapRegions();
    } catch {
      mark('reconnecting');
    } finally {
      waiting = null;
    }
  }, wait);
}

const plainDetails = 'details:not(.confirm)';

async function swapRegions() {
  const answer = await fetch(location.href, { headers: { accept: 'text/html', 'live-refresh': 'true' } });
  // Signed out or deleted meanwhile: the browser shows what the server says of it.
  if (answer.redirected || answer.status === 404) {
    location.assign(answer.redirected ? answer.url : '/tasks/view');
    return;
  }
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const region of document.querySelectorAll('[id^="live-"]')) {
    const next = fresh.getElementById(region.id);
    if (next === null || isInUse(region)) continue;
    const focused = region.contains(document.activeElement) ? pathTo(region, document.activeElement) : null;
    const { liveMark } = region.querySelector('[data-live-mark]')?.dataset ?? {};
    const checked = [...region.querySelectorAll('input:checked')].map(({ value }) => value);
    const opened = [...region.querySelectorAll(plainDetails)].map(({ open }) => open);
    region.replaceWith(next);
    for (const [index, details] of next.querySelectorAll(plainDetails).entries())
      details.open = opened[index] ?? false;
    for (const box of next.querySelectorAll('input[type="checkbox"]'))
      box.checked = checked.includes(box.value);
    if (liveMark) mark(liveMark);
    if (focused !== null) find(next, focused)?.focus();
  }
  document.dispatchEvent(new Event('live-swap'));
}

// What was held back while somebody was confirming is fetched when they leave it.
document.addEventListener(
  'toggle',
  (event) =>
    address !== undefined && !event.target.open && event.target.matches('details.confirm') && refresh(),
  true,
);

/** Somebody is about to confirm something here. */
function isInUse(region) {
  return region.querySelector('details.confirm[open]') !== null;
}

const focusable = 'a[href], button, summary, input, [tabindex]';

function pathTo(region, element) {
  return { text: element.textContent, at: [...region.querySelectorAll(focusable)].indexOf(element) };
}

function find(region, { text, at }) {
  const candidates = [...region.querySelectorAll(focusable)];
  return (
    candidates.find((element) => element.textContent === text) ??
    candidates[at] ??
    document.getElementById('main')
  );
}
