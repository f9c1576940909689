/** The items of lists that come in pieces. */
export async function allOf<Item>(lists: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const list of lists) items.push(...list);
  return items;
}
