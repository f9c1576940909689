import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { v7 } from 'uuid';
import { DomainError } from '../../domain/errors.ts';
import type { ImageStore } from '../../imagestore/imageStore.ts';

/** What every sample store must do; `getStore` is asked in each test. */
export function testImageStore(name: string, getStore: () => ImageStore): void {
  const isMissing = (error: unknown) => error instanceof DomainError && error.error === 'sampleMissing';

  test(`${name}: an image comes back as it was put`, async () => {
    const key = v7();
    const image = randomBytes(30_000);
    await getStore().put(key, image);
    assert.deepEqual(await getStore().get(key), image);
  });

  test(`${name}: putting again replaces the image`, async () => {
    const key = v7();
    await getStore().put(key, randomBytes(500));
    const image = randomBytes(100);
    await getStore().put(key, image);
    assert.deepEqual(await getStore().get(key), image);
  });

  test(`${name}: an image that is not there is reported as missing`, async () => {
    await assert.rejects(getStore().get(v7()), isMissing);
  });

  test(`${name}: a removed image is gone, and removing it again does no harm`, async () => {
    const key = v7();
    const other = v7();
    await getStore().put(key, randomBytes(10));
    await getStore().put(other, randomBytes(10));
    const gone = { gone: [key], refused: new Map(), away: null };
    assert.deepEqual(await getStore().remove([key]), gone);
    assert.deepEqual(await getStore().remove([key]), gone);
    await assert.rejects(getStore().get(key), isMissing);
    assert.equal((await getStore().get(other)).length, 10);
  });

  test(`${name}: many are removed at once, also those that are not there, and none else`, async () => {
    const keys = Array.from({ length: 1_150 }, () => v7());
    const there = keys.slice(0, 120);
    const other = v7();
    await Promise.all([...there, other].map((key) => getStore().put(key, Buffer.from(key))));
    const { gone, refused, away } = await getStore().remove(keys);
    assert.deepEqual([...gone].sort(), [...keys].sort());
    assert.deepEqual([refused.size, away], [0, null]);
    await assert.rejects(getStore().get(there[0] ?? ''), isMissing);
    assert.equal((await getStore().get(other)).toString(), other);
    assert.deepEqual(await getStore().remove([]), { gone: [], refused: new Map(), away: null });
  });

  test(`${name}: an image without a byte and one of 5 MB come back too`, async () => {
    for (const size of [0, 5_000_000]) {
      const key = v7();
      const image = randomBytes(size);
      await getStore().put(key, image);
      assert.deepEqual(await getStore().get(key), image);
    }
  });

  test(`${name}: readers see the old image or the new one, never half of one`, async () => {
    const key = v7();
    const images = [Buffer.alloc(200_000, 1), Buffer.alloc(300_000, 2)] as const;
    await getStore().put(key, images[0]);
    const writing = new AbortController();
    const writer = (async () => {
      for (let round = 0; round < 20; round++) await getStore().put(key, images[round % 2 === 0 ? 1 : 0]);
      writing.abort();
    })();
    let reads = 0;
    while (!writing.signal.aborted) {
      const image = await getStore().get(key);
      assert.ok(image.equals(images[0]) || image.equals(images[1]), `${image.length} bytes`);
      reads += 1;
    }
    await writer;
    assert.ok(reads > 0);
  });

  test(`${name}: many at once do not disturb each other`, async () => {
    const keys = Array.from({ length: 60 }, () => v7());
    await Promise.all(keys.map((key) => getStore().put(key, Buffer.from(key))));
    const read = await Promise.all(keys.map((key) => getStore().get(key)));
    assert.deepEqual(
      read.map((image) => image.toString()),
      keys,
    );
  });

  for (const key of [
    '../../../etc/passwd',
    'a/../../../b',
    '/etc/passwd',
    '..',
    '.',
    '',
    'a\0bcd',
    'key.jpg',
  ]) {
    test(`${name}: the key ${JSON.stringify(key)} is refused`, async () => {
      await assert.rejects(getStore().put(key, randomBytes(5)), RangeError);
      await assert.rejects(getStore().get(key), RangeError);
      await assert.rejects(async () => getStore().remove([key]), RangeError);
    });
  }

  test(`${name}: a store that can be used says so`, async () => {
    await getStore().check();
  });
}
