import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { median, round } from './harness/figures.ts';
import { deleteBare, runGcTask } from './harness/gcTask.ts';
import { daysAgo, seedDays } from './harness/seedDays.ts';
import type { Measurement } from './harness/measurement.ts';

const allDays = 30;
const removedDays = 7;
// The events that are removed are older than this many days.
const kept = allDays - removedDays;

interface EventsRun {
  readonly how: string;
  readonly run: number;
  readonly taskSeconds: number;
  readonly floorSeconds: number;
}

/** A gc of old events from POST to done, beside bare statements that delete the same rows of the same tables. */
export const events: Measurement = {
  about: `gc of events older than ${kept} of ${allDays} days`,
  measure: async (bed, { events: all, runs }, say) => {
    const perDay = Math.max(1, Math.floor(all / allDays));
    const removed = perDay * removedDays;
    const before = daysAgo(kept);
    const statements = floorOf(before);
    await bed.db.query('truncate events, event_descriptors, samples, image_origins, tasks cascade');
    say(`seeding ${perDay * kept} events that stay`);
    await seedDays(bed.db, bed.accountId, { from: before, days: kept, perDay });
    const removable = { from: daysAgo(allDays), days: removedDays, perDay };
    const done: EventsRun[] = [];
    for (let run = 1; run <= runs; run += 1) {
      for (const store_results of [true, false]) {
        let taskSeconds = 0;
        let floorSeconds = 0;
        const ours = async () => {
          const filters = { create_time__lt: before.toISOString() };
          const task = await runGcTask(bed, { target: 'events', filters, store_results }, removed);
          await checkWhole(bed, task.taskId);
          taskSeconds = round(task.seconds);
        };
        const floor = async () => void (floorSeconds = round(await deleteBare(bed.db, statements)));
        const turns = [ours, floor];
        for (const measure of run % 2 === 1 ? turns : turns.toReversed()) {
          say(`events ${run} of ${runs}: seeding ${removed} events of ${removedDays} days`);
          await seedDays(bed.db, bed.accountId, removable);
          await measure();
          await checkLeft(bed, perDay * kept);
        }
        const how = store_results ? 'stored' : 'not stored';
        done.push({ how, run, taskSeconds, floorSeconds });
        say(`events ${run}, result ${how}: the task ${taskSeconds} s, bare statements ${floorSeconds} s`);
      }
    }
    const medianOf = (how: string) =>
      median(done.filter((one) => one.how === how).map((one) => one.taskSeconds));
    return {
      figures: { events: perDay * allDays, removed, floor: statements, runs: done },
      lines: [
        `gc of ${removed} events, older than ${kept} days, of ${perDay * allDays} events of ${allDays} days, each with a descriptor,`,
        'a sample (kept) and an image origin, from POST to done',
        `floor: one transaction on one connection: ${statements.join('; ')}`,
        '',
        ...textTable(
          ['run', 'result', 'task s', 'floor s', 'ratio of rates'],
          done.map(({ run, how, taskSeconds, floorSeconds }) => [
            ...[run, how, taskSeconds, floorSeconds, round(floorSeconds / taskSeconds)],
          ]),
        ),
        '',
        `median: ${medianOf('stored')} s with the result stored, ${medianOf('not stored')} s without`,
      ],
    };
  },
};

function floorOf(before: Date): string[] {
  const old = `create_time < '${before.toISOString()}'`;
  const children = ['event_descriptors d', 'image_origins d'].map((table) => {
    const key = table.startsWith('event') ? 'd.event_id' : 'd.owner_id';
    return `delete from ${table} using events e where e.event_id = ${key} and e.${old}`;
  });
  return [...children, `delete from events where ${old}`];
}

/** What is measured is the removal of whole days. */
async function checkWhole({ db }: Bed, taskId: number): Promise<void> {
  const [parts] = await db.query<{ whole: number; rows: number }>(
    `select count(*) filter (where whole) as whole, count(*) filter (where not whole) as rows from subtasks
     where task_id = $1`,
    [taskId],
  );
  if (parts?.whole !== removedDays || parts.rows !== 0) {
    throw new Error(`days went by rows: ${JSON.stringify(parts)}`);
  }
}

async function checkLeft({ db }: Bed, expected: number): Promise<void> {
  const [left] = await db.query<{ events: number; descriptors: number; origins: number }>(
    `select (select count(*) from events) as events, (select count(*) from event_descriptors) as descriptors,
       (select count(*) from image_origins) as origins`,
  );
  if (left?.events !== expected || left.descriptors !== expected || left.origins !== expected) {
    throw new Error(`other rows are left than ${expected}: ${JSON.stringify(left)}`);
  }
}
