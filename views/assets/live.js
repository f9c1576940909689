// One stream of events per page, while it is seen; one change of the page a second. Figures are set from the event itself;
// what needs words or buttons (another state, more parts, more errors) is fetched as the page itself, of which only the
// live regions are swapped in.
import { fetchPage } from './fetchPage.js';
import { Idiomorph } from './idiomorph.js';
import { describeProgress, failedWords, formatCount, formatDuration, formatRate } from './words.js';

const address = document.body.dataset.events;
const updateEveryMs = 1000;
// Of the updates at most each second one.
const fetchEveryMs = 1500;
const reopenAfterMs = 5000;
const activityEveryMs = 10_000;
const elsewhere = new Map();
const flashReadMs = 5000;
const finalStates = ['cancelled', 'failed', 'done'];
/** What the page says of its news: `live` only when the stream, the service's database and the page itself are. */
const news = { line: 'paused', isTold: true, isFetched: true };
// When the page was last known to show how things are.
let freshAt = new Date();
const quietMs = 60_000;
let listening;

if (address !== undefined) follow(address);
// What a form was answered with: its faults, or what it would do.
document.querySelector('[data-focus]')?.focus();

/** Many tabs that nobody looks at would cost the server a stream each. */
function follow(url) {
  let source = null;
  let reopening;
  const close = (line) => {
    clearTimeout(reopening);
    source?.close();
    source = null;
    mark({ line });
  };
  const open = () => {
    close('reconnecting');
    source = new EventSource(url);
    source.addEventListener('open', () => mark({ line: 'live', isTold: true }));
    for (const type of ['open', 'task', 'schedule', 'attention', 'workers', 'database'])
      source.addEventListener(type, heard);
    source.addEventListener('error', () => {
      mark({ line: 'reconnecting' });
      // The browser comes back by itself after a broken line, but not after a refusal.
      if (source.readyState === EventSource.CLOSED) {
        reopening = setTimeout(open, reopenAfterMs);
        refresh();
      }
    });
    const hasSchedules = document.getElementById('live-schedules') !== null;
    if (!hasSchedules || document.querySelector('[data-live-runs]') !== null) {
      source.addEventListener('task', (event) => show(JSON.parse(event.data)));
      source.addEventListener('gone', () => refresh());
    }
    if (hasSchedules) {
      source.addEventListener('schedule', () => {
        dropFlash();
        refresh();
      });
      // Tasks that are open are told when a stream begins; schedules have to be asked for.
      source.addEventListener('open', () => refresh());
    }
    if (document.getElementById('live-attention') !== null) {
      source.addEventListener('attention', () => refresh());
    }
    source.addEventListener('database', (event) => {
      const { available } = JSON.parse(event.data);
      mark({ isTold: available });
      if (available) refresh();
    });
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

function mark(change = {}) {
  Object.assign(news, change);
  const { line, isTold, isFetched } = news;
  const state = line !== 'live' ? line : !isTold ? 'database away' : isFetched ? 'live' : 'reconnecting';
  if (state === 'live') freshAt = new Date();
  const since = `updated since ${freshAt.toISOString().slice(11, 19)} UTC`;
  const texts = { reconnecting: `Not ${since}; retrying`, 'database away': `Database away; not ${since}` };
  for (const element of document.querySelectorAll('[data-live-mark]')) {
    element.hidden = false;
    element.dataset.liveMark = state;
    element.textContent = texts[state] ?? state;
  }
}

/** A server that has frozen closes no stream: after a minute without an event the page is asked for, which tells. */
function heard() {
  if (news.line === 'live' && news.isTold && news.isFetched) freshAt = new Date();
  clearTimeout(listening);
  listening = setTimeout(() => {
    if (document.visibilityState === 'visible') refresh();
    heard();
  }, quietMs);
}

function setFigures(task) {
  const element = shownTask(task.task_id);
  if (element === null) return;
  const { progress } = task;
  const bar = describeProgress(task);
  const isOver = finalStates.includes(task.state);
  const rate = isOver ? null : progress.objects_per_second;
  const left = isOver ? null : progress.eta_seconds;
  const values = {
    percent: `${bar.percent} %`,
    words: bar.words,
    sentence: bar.sentence,
    failed: failedWords(progress.objects_failed),
    objects_done: formatCount(progress.objects_done),
    objects_failed: formatCount(progress.objects_failed),
    objects_skipped: formatCount(progress.objects_skipped),
    objects_expected: formatCount(progress.objects_expected),
    parts: `${formatCount(task.count_task_parts_done)} of ${formatCount(task.count_task_parts_all)}`,
    rate: formatRate(progress.objects_per_second),
    eta: formatDuration(left),
    // Of a task that has ended the server says how long it took.
    pace: isOver
      ? undefined
      : rate === null
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

/** The newest of each task that the page has not taken in yet. */
const changes = new Map();
let isStale = false;
let updating = null;
let updatedAt = 0;
let fetchedAt = 0;

function show(task) {
  changes.set(task.task_id, task);
  plan();
}

/** What an event does not tell stands in the page as the server makes it now. */
function refresh() {
  isStale = true;
  plan();
}

/** However fast things move: a page changes at most once in `updateEveryMs`, the first time at once. */
function plan() {
  // Nobody looks; `follow` refreshes the page when somebody does.
  if (document.visibilityState === 'hidden') return;
  updating ??= setTimeout(update, Math.max(0, updatedAt + updateEveryMs - Date.now()));
}

async function update() {
  const tasks = [...changes.values()];
  changes.clear();
  for (const task of tasks) isStale = needsPage(task) || isStale;
  try {
    if (isStale && Date.now() - fetchedAt >= fetchEveryMs) {
      isStale = false;
      fetchedAt = Date.now();
      await swapRegions();
      mark({ isFetched: true });
    } else {
      tasks.forEach(setFigures);
    }
  } catch {
    mark({ isFetched: false });
    isStale = true;
    fetchedAt = Date.now() + reopenAfterMs - fetchEveryMs;
  } finally {
    updatedAt = Date.now();
    updating = null;
    if (isStale || changes.size > 0) plan();
  }
}

function needsPage({ task_id, state, progress }) {
  const element = shownTask(task_id);
  // On the page of all errors there are more, or fewer, whenever a task's count of them changes.
  if (element === null && document.getElementById('live-errors') !== null) {
    const failed = `${state} ${progress.objects_failed}`;
    const isNews = elsewhere.get(task_id) !== failed;
    elsewhere.set(task_id, failed);
    return isNews;
  }
  const known = element === null ? elsewhere.get(task_id) : element.dataset.state;
  // Of a task that this page does not show only its coming and going between states is of interest.
  if (known !== state) {
    if (element === null) elsewhere.set(task_id, state);
    else {
      element.dataset.state = state;
      dropFlash();
    }
    return true;
  }
  if (element === null) return false;
  if (document.getElementById('live-parts') !== null) return !finalStates.includes(state);
  return document.getElementById('live-activity') !== null && Date.now() - fetchedAt > activityEveryMs;
}

function shownTask(taskId) {
  return document.querySelector(`[data-live-task="${taskId}"]`);
}

/** "The task is being paused" is no longer true once it is paused; it stands for as long as it takes to read. */
function dropFlash() {
  setTimeout(
    () => {
      const flash = document.querySelector('[data-flash="good"]');
      if (flash?.contains(document.activeElement)) document.getElementById('main').focus();
      flash?.remove();
    },
    Math.max(0, flashReadMs - performance.now()),
  );
}

const regions = '[id^="live-"]';

/** What somebody has typed, ticked or unfolded stays; what keeps its id stays the same element, with its focus. */
const callbacks = {
  beforeNodeMorphed: (old) =>
    !(old instanceof HTMLInputElement) ||
    (old.value === old.defaultValue && old.checked === old.defaultChecked),
  beforeAttributeUpdated: (name, element) => name !== 'open' || !element.matches('details'),
};

async function swapRegions() {
  const { answer, page: fresh } = await fetchPage();
  // Signed out or deleted meanwhile: the browser shows what the server says of it.
  if (answer.redirected || answer.status === 404) {
    location.assign(answer.redirected ? answer.url : '/tasks/view');
    return;
  }
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  for (const region of document.querySelectorAll(regions)) {
    const next = fresh.getElementById(region.id);
    if (next === null || isInUse(region, next)) continue;
    const focused = document.activeElement;
    Idiomorph.morph(region, next, { callbacks });
    // What somebody was about to press is gone.
    if (!focused.isConnected) document.getElementById('main').focus();
  }
  document.title = fresh.title;
  mark();
  lookAgain();
  document.dispatchEvent(new Event('live-swap'));
}

let looking;

/** What a page says may become untrue by time alone; it says itself after how many seconds. */
function lookAgain() {
  clearTimeout(looking);
  const waits = [...document.querySelectorAll('[data-look-again]')].map(({ dataset }) => dataset.lookAgain);
  if (waits.length > 0) looking = setTimeout(refresh, 1000 * Math.min(...waits));
}
if (address !== undefined) lookAgain();

// What was held back while somebody was confirming is fetched when they leave it.
document.addEventListener(
  'toggle',
  ({ target, newState }) =>
    address !== undefined && newState === 'closed' && target.matches('.confirm-body') && refresh(),
  true,
);

/** Somebody is about to confirm something here that can still be done. */
function isInUse(region, next) {
  const form = region.querySelector('.confirm-body:is(:popover-open, :not([popover])) form');
  return form !== null && next.querySelector(`form[action="${form.getAttribute('action')}"]`) !== null;
}
