/** Why a task failed, in one line; null: it did not. */
export function failureText(failure: object | null): string | null {
  if (failure === null) return null;
  const { desc, detail } = failure as { desc?: unknown; detail?: unknown };
  const words = [desc, detail].filter((part) => typeof part === 'string' && part !== '');
  return words.length === 0 ? JSON.stringify(failure) : words.join(': ');
}
