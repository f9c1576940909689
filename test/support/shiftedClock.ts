/**
 * The setting of a Node process and its threads whose clock is off by `offset`, a number of milliseconds, which `set` (ES
 * module code, run before anything else) may change. Timers keep to the monotonic clock, as they do when somebody sets
 * the clock of a machine.
 */
export function shiftedClock(offset: number, set = ''): { readonly NODE_OPTIONS: string } {
  const preload = `
    let offset = ${offset};
    ${set}
    const { now } = Date;
    Date.now = () => now() + offset;
    globalThis.Date = new Proxy(Date, {
      construct: (target, given, asked) =>
        Reflect.construct(target, given.length === 0 ? [Date.now()] : given, asked),
    });`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(preload)}` };
}
