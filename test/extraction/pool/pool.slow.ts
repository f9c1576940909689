import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DomainError } from '../../../domain/errors.ts';
import { builtIn } from '../../../extraction/catalogue/catalogue.ts';
import { createExtractorPool, type ExtractorPool } from '../../../extraction/pool/pool.ts';
import type { PoolOptions } from '../../../extraction/pool/options.ts';
import { createLogger } from '../../../platform/logger.ts';
import { createTestFolder } from '../../support/folder.ts';
import { waitFor } from '../../support/waitFor.ts';
import { makeWarps } from '../../support/warps.ts';
import { killMark, stopMark } from './fixtures/poison.ts';

const log = createLogger({ name: 'test', level: 'silent', format: 'json' });
const poisonChild = fileURLToPath(new URL('fixtures/poisonChild.ts', import.meta.url));
const brokenChild = fileURLToPath(new URL('fixtures/brokenChild.ts', import.meta.url));

let warps: Buffer[];

before(async () => {
  warps = await makeWarps(1);
});

function openPool(t: TestContext, options: Partial<PoolOptions> = {}): ExtractorPool {
  const pool = createExtractorPool({ processes: 1, networks: builtIn, log, ...options });
  t.after(() => pool.close());
  return pool;
}

const warp = (index = 0) => warps[index % warps.length] ?? Buffer.of();

const run = (pool: ExtractorPool, bytes: Buffer | (() => Promise<Buffer>) = warp(), id = 'sample') =>
  pool.run({ id, version: 3, kind: 'face', bytes });

const isError = (name: string) => (error: unknown) => error instanceof DomainError && error.error === name;

test('one pool serves several versions', async (t) => {
  const pool = openPool(t);
  const [old, young] = await Promise.all([
    pool.run({ id: 'a', version: 1, kind: 'face', bytes: warp(), attributes: true }),
    run(pool),
  ]);
  assert.equal(old.descriptor.length, 128);
  assert.ok(old.attributes !== undefined);
  assert.equal(young.descriptor.length, 256);
  assert.equal(young.attributes, undefined);
});

test('what is prepared for a network elsewhere is not counted as extracted here', async (t) => {
  const counted: number[] = [];
  const pool = openPool(t, { onExtracted: (version) => counted.push(version) });
  const input = await pool.prepare({ id: 'it', version: 3, kind: 'face', bytes: warp() });
  assert.equal(input.length, 112 * 112 * 3);
  await run(pool);
  assert.deepEqual(counted, [3]);
});

test('each answer belongs to its own image', async (t) => {
  const pool = openPool(t, { processes: 2 });
  const alone = [];
  for (const [index] of warps.entries()) alone.push((await run(pool, warp(index))).descriptor);
  const together = await Promise.all(Array.from({ length: 30 }, (_, index) => run(pool, warp(index))));
  for (const [index, { descriptor }] of together.entries()) {
    assert.deepEqual(descriptor, alone[index % warps.length]);
  }
});

test('processes that are killed in the middle of the work are replaced and nothing is lost', async (t) => {
  const pool = openPool(t, { processes: 2 });
  let answers = 0;
  const work = Promise.all(
    Array.from({ length: 150 }, async (_, index) => {
      const { descriptor } = await run(pool, warp(index), `sample ${index}`);
      answers += 1;
      return descriptor.length;
    }),
  );
  for (const killAt of [10, 60, 110]) {
    await waitFor(`${killAt} answers`, () => answers >= killAt, { everyMs: 1 });
    for (const pid of pool.pids()) process.kill(pid, 'SIGKILL');
  }
  assert.deepEqual(new Set(await work), new Set([256]));
  assert.ok(pool.stats().deaths >= 5);
  await waitFor('both processes to be back', () => pool.stats().ready === 2);
});

test('a sample that ends its process again and again is an error, and its batch is described', async (t) => {
  const pool = openPool(t, { entry: poisonChild });
  const poison = Buffer.concat([warp(), Buffer.from(killMark)]);
  const work = Array.from({ length: 12 }, (_, index) =>
    run(pool, index === 5 ? poison : warp(index), `sample ${index}`),
  );
  const results = await Promise.allSettled(work);
  const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [index] : []));
  assert.deepEqual(failed, [5]);
  await assert.rejects(work[5] ?? Promise.resolve(), isError('sampleKillsExtractor'));
  // Once with its batch, which says nothing of whose fault it is, and twice alone.
  assert.equal(pool.stats().deaths, 3);
});

test('a process that hangs is killed, and the sample that it hangs on is an error', async (t) => {
  const pool = openPool(t, { entry: poisonChild, stallMs: 5_000 });
  await run(pool);
  const work = [Buffer.concat([warp(), Buffer.from(stopMark)]), warp()].map((bytes) => run(pool, bytes));
  const [hanging, healthy] = await Promise.allSettled(work);
  assert.equal(healthy?.status, 'fulfilled');
  assert.ok(hanging?.status === 'rejected' && isError('sampleKillsExtractor')(hanging.reason));
});

test('a broken image is an error of that sample only', async (t) => {
  const pool = openPool(t);
  const whole = warp();
  const results = await Promise.allSettled([
    run(pool, whole),
    run(pool, whole.subarray(0, whole.length / 2)),
    run(pool, Buffer.from('not an image at all')),
    run(pool, Buffer.alloc(0)),
    run(pool, whole),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled'],
  );
  for (const result of results) {
    assert.ok(result.status === 'fulfilled' || isError('sampleUnreadable')(result.reason));
  }
  assert.equal(pool.stats().deaths, 0);
});

test('an image that cannot be fetched fails with the reason, and its place is free again', async (t) => {
  const pool = openPool(t, { queueLimit: 1 });
  const missing = new DomainError('sampleMissing', 'gone');
  await assert.rejects(
    run(pool, () => Promise.reject(missing)),
    missing,
  );
  assert.equal(pool.stats().held, 0);
  assert.equal((await run(pool)).descriptor.length, 256);
});

test('an image in a file is read by the process that describes it', async (t) => {
  const pool = openPool(t);
  const folder = await createTestFolder('pool');
  t.after(() => folder.remove());
  const path = join(folder.path, 'warp.jpg');
  await writeFile(path, warp());
  const bytes = () => Promise.reject(new Error('nobody was to ask'));
  const { descriptor } = await pool.run({ id: 'it', version: 3, kind: 'face', file: () => path, bytes });
  assert.deepEqual(descriptor, (await run(pool)).descriptor);
});

test('a file that cannot be read is asked of whoever knows why', async (t) => {
  const pool = openPool(t);
  const missing = new DomainError('sampleMissing', 'gone');
  const request = { id: 'it', version: 3, kind: 'face', file: () => '/nowhere/warp.jpg' } as const;
  await assert.rejects(pool.run({ ...request, bytes: () => Promise.reject(missing) }), missing);
  const { descriptor } = await pool.run({ ...request, bytes: () => Promise.resolve(warp()) });
  assert.deepEqual(descriptor, (await run(pool)).descriptor);
});

test('a disk that hangs is not blamed on the sample', async (t) => {
  const pool = openPool(t, { stallMs: 2_000 });
  const folder = await createTestFolder('pool');
  t.after(() => folder.remove());
  const path = join(folder.path, 'hangs.jpg');
  // Opening it waits for somebody who writes.
  await promisify(execFile)('mkfifo', [path]);
  const bytes = () => Promise.resolve(warp());
  const made = await pool.run({ id: 'it', version: 3, kind: 'face', file: () => path, bytes });
  assert.deepEqual(made.descriptor, (await run(pool)).descriptor);
  assert.equal(pool.stats().deaths, 1);
});

test('images are fetched only when there is room for them', async (t) => {
  const pool = openPool(t, { queueLimit: 3 });
  let fetched = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const all = Array.from({ length: 40 }, (_, index) =>
    run(pool, async () => {
      fetched += 1;
      await gate;
      return warp(index);
    }),
  );
  await new Promise(setImmediate);
  assert.deepEqual([fetched, pool.stats().held, pool.stats().waiting], [3, 3, 37]);
  open();
  await Promise.all(all);
  assert.deepEqual([fetched, pool.stats().held, pool.stats().waiting], [40, 0, 0]);
});

test('when no process can be started the work is refused instead of waiting for ever', async (t) => {
  const pool = openPool(t, { entry: brokenChild });
  await assert.rejects(run(pool), /cannot start/);
});

test('a closed pool leaves no process and no promise behind', async () => {
  const pool = createExtractorPool({ processes: 2, networks: builtIn, log });
  await run(pool);
  const pids = pool.pids();
  const open = Array.from({ length: 50 }, (_, index) => run(pool, warp(index)));
  const settled = Promise.allSettled(open);
  await pool.close();
  assert.ok((await settled).some(({ status }) => status === 'rejected'));
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/);
  await assert.rejects(run(pool), /closed/);
});
