// Times are UTC, as the server writes them. Whoever chooses local time in the footer reads those of their own clock, and
// UTC in the title; the choice is kept in this browser.
import { formatClock, formatTime } from './words.js';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const group = document.querySelector('[data-times-switch]');
const note = document.querySelector('[data-times-note]');
const ofServer = note?.textContent;
let isLocal = false;

function kept() {
  try {
    return localStorage.getItem('times') === 'local';
  } catch {
    // A browser that keeps nothing for anybody.
    return false;
  }
}

function choose(times) {
  try {
    if (times === 'local') localStorage.setItem('times', times);
    else localStorage.removeItem('times');
  } catch {
    // Then the choice holds for this page alone.
  }
  show(times === 'local');
}

function show(wanted) {
  // What the server writes needs nothing.
  const isAsWritten = !wanted && !isLocal;
  isLocal = wanted;
  for (const button of group.querySelectorAll('button')) {
    button.setAttribute('aria-pressed', String((button.dataset.timesChoice === 'local') === isLocal));
  }
  note.textContent = isLocal ? `times are ${zoneName()} (${zone}), in charts and filters UTC` : ofServer;
  if (!isAsWritten) for (const element of document.querySelectorAll('time[datetime]')) write(element);
}

function write(element) {
  const iso = element.dateTime;
  const utc = `${formatTime(iso, 'UTC')} UTC`;
  const { ago, clock } = element.dataset;
  if (clock !== undefined) {
    const inUtc = `${formatClock(iso, Date.now(), 'UTC')} UTC`;
    element.textContent = isLocal ? `${formatClock(iso, Date.now(), zone)} (${inUtc})` : inUtc;
  } else if (ago === undefined) {
    element.textContent = formatTime(iso, isLocal ? zone : 'UTC');
  }
  // How long something is past is the same everywhere; the moment itself stands in the title alone.
  element.title = isLocal && ago !== undefined ? `${formatTime(iso, zone)} ${zoneName()}, ${utc}` : utc;
}

/** Its short name as it is now. */
function zoneName() {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' }).formatToParts();
  return parts.find(({ type }) => type === 'timeZoneName').value;
}

if (group !== null && note !== null) {
  group.hidden = false;
  group.addEventListener('click', (event) => {
    const choice = event.target.closest('[data-times-choice]');
    if (choice !== null) choose(choice.dataset.timesChoice);
  });
  // Another tab has chosen.
  addEventListener('storage', ({ key }) => key === 'times' && show(kept()));
  document.addEventListener('live-swap', () => show(isLocal));
  show(kept());
}
