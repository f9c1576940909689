// Figures in words. The server renders with these and the browser goes on with them, so a live figure
// never jumps to another notation.

const counts = new Intl.NumberFormat('en-GB');
const percents = new Intl.NumberFormat('en-GB', { style: 'percent', maximumSignificantDigits: 3 });
const rates = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

export function formatCount(value) {
  return counts.format(value);
}

/** A share between 0 and 1. */
export function formatPercent(share) {
  return percents.format(share).replace('%', ' %');
}

export function formatBytes(count) {
  if (count < 1e6) return `${(count / 1e3).toFixed(1)} kB`;
  const step = Math.min(4, Math.floor(Math.log10(count) / 3));
  const amount = count / 1000 ** step;
  return `${amount.toFixed(amount < 10 ? 1 : 0)} ${['MB', 'GB', 'TB'][step - 2]}`;
}

export function formatRate(perSecond) {
  return perSecond === null ? '–' : `${rates.format(perSecond)}/s`;
}

export function formatDuration(seconds) {
  if (seconds === null) return '–';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const hours = Math.floor(whole / 3600);
  if (hours < 48) return `${hours} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Said only where there are any: red in a bar is not seen by everybody. */
export function failedWords(count) {
  return count === 0 ? '' : `${formatCount(count)} failed`;
}

const ages = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto', style: 'short' });
const ageSteps = [
  { unit: 'second', seconds: 1, below: 60 },
  { unit: 'minute', seconds: 60, below: 3600 },
  { unit: 'hour', seconds: 3600, below: 86400 },
  { unit: 'day', seconds: 86400, below: 30 * 86400 },
];

/** How long a moment is past; its date, where that says more. A clock that goes wrong makes nothing future. */
export function formatAgo(iso, now) {
  const age = Math.max(0, Math.floor((now - Date.parse(iso)) / 1000));
  const step = ageSteps.find(({ below }) => age < below);
  return step === undefined ? iso.slice(0, 10) : ages.format(-Math.floor(age / step.seconds), step.unit);
}

/** To the second, or to the minute (`timeStyle: 'short'`). Swedish writes dates as ISO 8601 does. */
export function formatTime(iso, timeZone, timeStyle = 'medium') {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle, timeZone }).format(
    Date.parse(iso),
  );
}

/** To the minute; the date is said where it is another day than `now`. */
export function formatClock(iso, now, timeZone) {
  const text = formatTime(iso, timeZone, 'short');
  const today = formatTime(new Date(now).toISOString(), timeZone, 'short').slice(0, 11);
  return text.startsWith(today) ? text.slice(today.length) : text;
}

// Elsewhere it may have ended, or rest, before all of its objects were counted.
const countedStates = ['running', 'collecting', 'done'];
// Elsewhere nothing is being counted: it has not begun, rests, or has ended.
const countingStates = ['planning', 'running', 'collecting'];
// More may be found than was planned.
const goingStates = ['planning', 'running', 'pausing', 'paused', 'cancelling'];

/** Widths of the bar in percent, and the words beside it. A plan that still grows never shows more than 100 %. */
export function describeProgress({ state, progress }) {
  const { objects_expected, objects_done, objects_failed, objects_skipped } = progress;
  const handled = objects_done + objects_failed + objects_skipped;
  const whole = Math.max(objects_expected, handled);
  const nothingToDo = whole === 0 && state === 'done';
  const share = (count) => (whole === 0 ? 0 : (100 * count) / whole);
  // 100 is said only when nothing is left: 99.96 must not read as finished, nor what goes on past its plan.
  const most = goingStates.includes(state) ? 99 : 100;
  const percent = nothingToDo ? 100 : Math.min(most, Math.floor(share(handled)));
  const words =
    whole === 0
      ? uncountedWords(state)
      : `${formatCount(handled)} of ${wholeWords(state, formatCount(whole))}`;
  return {
    percent,
    done: nothingToDo ? 100 : share(objects_done),
    skipped: share(objects_skipped),
    failed: share(objects_failed),
    words,
    sentence: whole > 0 || countingStates.includes(state) ? `${words} objects` : words,
  };
}

/** Of a task that expects nothing, so far. */
function uncountedWords(state) {
  if (state === 'done') return 'nothing to do';
  if (state === 'cancelled' || state === 'failed') return `${state} before its objects were counted`;
  return countingStates.includes(state) ? 'counting' : 'not counted yet';
}

function wholeWords(state, count) {
  if (state === 'planning') return `at least ${count}`;
  return countedStates.includes(state) ? count : `${count} planned`;
}
