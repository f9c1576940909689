/**
 * Yields what `make` makes of each item, in their order. While one result is used, the next is being made, so that
 * neither waits for the other.
 */
export async function* oneAhead<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Promise<Made>,
): AsyncGenerator<Made, void, undefined> {
  let ahead: Promise<Made> | null = null;
  for (const item of items) {
    const before: Promise<Made> | null = ahead;
    ahead = make(item);
    // Whoever stops before it is needed leaves a rejection that must not count as unhandled.
    ahead.catch(() => undefined);
    if (before !== null) yield await before;
  }
  if (ahead !== null) yield await ahead;
}
