import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SlotReserveContext } from '@temporalio/worker';
import { createYieldingSlots } from '../../temporal/yieldingSlots.ts';

const context = {} as SlotReserveContext;

function takeAll({ supplier }: ReturnType<typeof createYieldingSlots>): number {
  let count = 0;
  while (supplier.tryReserveSlot(context) !== null) count += 1;
  return count;
}

function release({ supplier }: ReturnType<typeof createYieldingSlots>): void {
  supplier.releaseSlot({ permit: {} });
}

test('a part that rests lends its slot to whoever asked first, and the slots are as many as before in the end', async () => {
  const slots = createYieldingSlots(2);
  assert.equal(takeAll(slots), 2);
  const given: string[] = [];
  const ask = (name: string) =>
    slots.supplier.reserveSlot(context, new AbortController().signal).then(() => given.push(name));
  const [first, second] = [ask('first'), ask('second')];
  let goOn = (): void => undefined;
  const resting = slots.yieldWhile(() => new Promise<void>((resolve) => (goOn = resolve)));
  await first;
  assert.deepEqual(given, ['first']);
  goOn();
  await resting;
  // Three work on two slots: the next one that is released is not given away.
  release(slots);
  assert.equal(slots.supplier.tryReserveSlot(context), null);
  release(slots);
  await second;
  assert.deepEqual(given, ['first', 'second']);
  release(slots);
  release(slots);
  assert.equal(takeAll(slots), 2);
});

test('whoever gives up asking takes no slot', async () => {
  const slots = createYieldingSlots(1);
  assert.equal(takeAll(slots), 1);
  const leaving = new AbortController();
  const asked = slots.supplier.reserveSlot(context, leaving.signal);
  leaving.abort(new Error('no longer needed'));
  await assert.rejects(asked, /no longer needed/);
  release(slots);
  assert.equal(takeAll(slots), 1);
});

test('eight times the slots are the most, however many rest', async () => {
  const slots = createYieldingSlots(2);
  let goOn = (): void => undefined;
  const end = new Promise<void>((resolve) => (goOn = resolve));
  const resting = Array.from({ length: 50 }, () => slots.yieldWhile(() => end));
  assert.equal(takeAll(slots), 16);
  goOn();
  await Promise.all(resting);
});
