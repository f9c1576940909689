/**
 * An answer that may be as old as that: whoever asks within `maxAgeMs` of the last question shares its answer. One
 * that failed is asked for again.
 */
export function createRecent<T>(ask: () => Promise<T>, maxAgeMs: number): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly time: number } | null = null;
  return () => {
    if (last !== null && Date.now() - last.time < maxAgeMs) return last.answer;
    const asked = { answer: ask(), time: Date.now() };
    last = asked;
    asked.answer.catch(() => {
      if (last === asked) last = null;
    });
    return asked.answer;
  };
}
