/** Tells, on stderr, what is being done. */
export type Say = (text: string) => void;

export function createSay(): Say {
  const started = performance.now();
  return (text) => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(0).padStart(5);
    process.stderr.write(`${seconds} s  ${text}\n`);
  };
}
