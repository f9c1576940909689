import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMonthlyCounts } from '../../platform/monthlyCounts.ts';
import { waitFor } from '../support/waitFor.ts';

interface Row {
  readonly month: string;
  readonly name: string;
  readonly count: number;
}

test('what was counted is written together, by the month in which it happened', async () => {
  const written: Row[] = [];
  let now = new Date('2026-01-31T23:59:59.999Z');
  const counts = createMonthlyCounts<{ name: string }>({
    write: (rows) => Promise.resolve(void written.push(...rows)),
    log: { warn: () => undefined },
    everyMs: 3_600_000,
    now: () => now,
  });
  counts.count({ name: 'a' });
  counts.count({ name: 'a' });
  now = new Date('2026-02-01T00:00:00.000Z');
  counts.count({ name: 'a' });
  counts.count({ name: 'b' });
  assert.deepEqual(written, []);
  await counts.stop();
  assert.deepEqual(written, [
    { month: '2026-01-01', name: 'a', count: 2 },
    { month: '2026-02-01', name: 'a', count: 1 },
    { month: '2026-02-01', name: 'b', count: 1 },
  ]);
});

test('a database that is away for a while loses no count', async () => {
  const written: Row[] = [];
  let isAway = true;
  let warnings = 0;
  const counts = createMonthlyCounts<{ name: string }>({
    write: (rows) =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve(void written.push(...rows)),
    log: {
      warn: () => {
        warnings += 1;
      },
    },
    everyMs: 5,
  });
  counts.count({ name: 'a' });
  await waitFor('a write that fails', () => warnings > 0);
  counts.count({ name: 'a' });
  isAway = false;
  await counts.stop();
  assert.equal(
    written.reduce((sum, { count }) => sum + count, 0),
    2,
  );
});
