import type { HeldImage } from '../../imagestore/holdings.ts';
import { samplePath } from '../../imagestore/samplePath.ts';

/** An image of one store or of both. */
export interface HeldPair {
  readonly key: string;
  readonly from: HeldImage | null;
  readonly to: HeldImage | null;
}

/** Both listings side by side, which have the same order: neither has to be kept in memory. */
export async function* joinHeld(
  from: AsyncIterable<HeldImage>,
  to: AsyncIterable<HeldImage>,
): AsyncGenerator<HeldPair> {
  const [left, right] = [from[Symbol.asyncIterator](), to[Symbol.asyncIterator]()];
  const next = async (held: AsyncIterator<HeldImage>): Promise<HeldImage | null> => {
    const { value, done } = (await held.next()) as IteratorResult<HeldImage, undefined>;
    return done === true ? null : value;
  };
  let [one, other] = [await next(left), await next(right)];
  while (one !== null || other !== null) {
    const order = one === null ? 1 : other === null ? -1 : compareNames(one.key, other.key);
    const pair = { from: order <= 0 ? one : null, to: order >= 0 ? other : null };
    yield { key: (pair.from ?? pair.to)?.key ?? '', ...pair };
    if (order <= 0) one = await next(left);
    if (order >= 0) other = await next(right);
  }
}

function compareNames(one: string, other: string): number {
  const [a, b] = [samplePath('', one), samplePath('', other)];
  return a < b ? -1 : a > b ? 1 : 0;
}
