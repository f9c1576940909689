import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecretBox } from '../../../platform/crypto/secretBox.ts';

const box = createSecretBox(['a key of the tests', 'the key before it'], 'tests');
const secret = Buffer.from('to be kept');

test('a sealed secret is opened for its owner alone', () => {
  const sealed = box.seal(secret, 'anna');
  assert.deepEqual(box.open(sealed, 'anna'), { secret, isCurrent: true });
  assert.equal(box.open(sealed, 'ben'), null);
});

test('what was cut or changed at any place is not opened, and nothing is thrown', () => {
  const sealed = box.seal(secret, '');
  for (let at = 0; at < sealed.length; at++) {
    assert.equal(box.open(sealed.subarray(0, at), ''), null, `${at} bytes of it`);
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(box.open(changed, ''), null, `changed at ${at}`);
  }
});

test('what was sealed under the key before is opened, and known as old', () => {
  const before = createSecretBox(['the key before it'], 'tests').seal(secret, '');
  assert.deepEqual(box.open(before, ''), { secret, isCurrent: false });
  assert.equal(createSecretBox(['the key before it'], 'something else').open(before, ''), null);
});
