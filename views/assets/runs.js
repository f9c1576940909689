// The time of a run comes also while the engine is away and nobody tells of it: the page asks for the next ones then.
const everyMs = 10_000;
// What the engine writes of a run is told within seconds, and swaps the time away before.
const lateMs = 5_000;
let asked = '';

setInterval(() => {
  const passed = [...document.querySelectorAll('.runs time')]
    .map(({ dateTime }) => dateTime)
    .filter((run) => Date.parse(run) < Date.now() - lateMs);
  const newest = passed.sort().at(-1);
  // Asked once for each, or a clock that is ahead would ask for ever.
  if (newest === undefined || newest === asked) return;
  asked = newest;
  document.dispatchEvent(new Event('live-stale'));
}, everyMs);
