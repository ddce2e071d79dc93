/** Work on many things, a few at a time: what is asked must not feel how many there are. */

/** Calls for each item, in order, at most `atOnce` at the same time; rejects with the first that does. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  call: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  async function workOff(): Promise<void> {
    for (const [place, item] of queue) results[place] = await call(item);
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, workOff));
  return results;
}
