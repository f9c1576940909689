import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from './waitFor.ts';

test('what is waited for is given back as soon as it is there', async () => {
  let calls = 0;
  assert.equal(await waitFor('the third call', () => ++calls === 3 && 'here', { everyMs: 1 }), 'here');
  assert.equal(calls, 3);
});

test('the failure says what was missing and what was seen last', async () => {
  const waiting = waitFor('a done task', () => false, { limitMs: 5, everyMs: 1 });
  await assert.rejects(waiting, /waited 5 ms in vain for a done task; the last answer was false/);
  const failing = waitFor(
    'an answer',
    () => {
      throw new Error('connection refused');
    },
    { limitMs: 5, everyMs: 1 },
  );
  await assert.rejects(failing, /connection refused/);
});
