import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAhead } from '../../../commands/import/oneAhead.ts';

test('while one photo is used the next is under way, and no further one', async () => {
  const begun: string[] = [];
  const seen: string[] = [];
  const made = oneAhead(['first', 'second', 'third', 'fourth'], (name) => {
    begun.push(name);
    return Promise.resolve(name);
  });
  for await (const name of made) seen.push(`${name} of ${begun.length}`);
  assert.deepEqual(seen, ['first of 2', 'second of 3', 'third of 4', 'fourth of 4']);
});

test('a failure comes in its turn, and what was begun beside it ends nobody', async () => {
  const seen: string[] = [];
  const made = oneAhead(['fine', 'broken', 'late'], (name) =>
    name === 'broken' ? Promise.reject(new Error(name)) : Promise.resolve(name),
  );
  await assert.rejects(async () => {
    for await (const name of made) seen.push(name);
  }, /broken/);
  assert.deepEqual(seen, ['fine']);
});
