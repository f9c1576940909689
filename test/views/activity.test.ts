import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activity, type ActivityShape } from '../../views/pages/home/activity.ts';

const startOfMinute = Date.UTC(2026, 0, 31, 10, 7) / 1_000;

function newestOf(seconds: number, hour: readonly ActivityShape[]): readonly string[] {
  const now = new Date((startOfMinute + seconds) * 1_000);
  const { charts } = activity({ now, hour, day: [] }, []);
  return charts[0]?.chart.rows[0] ?? [];
}

test('home tells of the minute that is under way as soon as something is known of it', () => {
  const work = { taskType: 5, errorCode: 0 };
  const hour = [
    { time: startOfMinute - 60, items: 1_200, ...work },
    { time: startOfMinute, items: 300, ...work },
  ];
  assert.deepEqual(newestOf(5, hour), ['10:07', '20/s', '0/s']);
  assert.deepEqual(newestOf(30, hour), ['10:07', '10/s', '0/s']);
  assert.deepEqual(newestOf(60, hour), ['10:08', '5/s', '0/s']);
});
