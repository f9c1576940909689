import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { median, round } from './harness/figures.ts';
import { loadHttp, type Load } from './harness/loadHttp.ts';
import type { Measurement } from './harness/measurement.ts';

const connections = 20;
const floorServer = fileURLToPath(new URL('harness/listsFloorServer.ts', import.meta.url));
const places = (rows: number) =>
  (
    [
      ['tasks', 'tasks'],
      ['errors', 'task_errors'],
    ] as const
  ).flatMap(([list, table]) => [1, Math.floor(rows * 0.099)].map((page) => ({ list, table, page })));

/** Pages of ten, the first and one far behind, beside the bare query that already knows the key where it begins. */
export const lists: Measurement = {
  about: `pages of lists of --rows tasks and errors, ${connections} connections`,
  measure: async (bed, { runs, rows, seconds }, say) => {
    say(`lists: seeding ${rows} tasks and errors`);
    await seed(bed, rows);
    const floor = await startFloor(bed);
    try {
      const figures = [];
      for (const { list, table, page } of places(rows)) {
        const ours = `${bed.running.apiUrl}/4/${list}?page=${page}`;
        const bare = `${floor.url}/${table}?before=${rows + 1 - (page - 1) * 10}`;
        const found: { ours: Load[]; floor: Load[] } = { ours: [], floor: [] };
        for (let run = 1; run <= runs; run++) {
          say(`lists: ${list} page ${page}, ${run} of ${runs}`);
          const turns = [
            ['ours', ours],
            ['floor', bare],
          ] as const;
          for (const [who, url] of run % 2 === 1 ? turns : turns.toReversed()) {
            found[who].push(await loadHttp(bed, url, { connections, seconds }));
          }
        }
        const ratio = round(medianRate(found.ours) / medianRate(found.floor));
        figures.push({ list, page, ...found, ratio });
      }
      return {
        figures: { rows, connections, seconds, places: figures },
        lines: [
          `pages of ten of ${rows} rows, ${connections} connections, ${seconds} s each, in turns`,
          'floor: select * … where key < $1 order by key desc limit 10, by pg behind a bare Express route',
          '',
          ...textTable(
            ['list', 'page', 'pages/s', 'p99 ms', 'floor pages/s', 'floor p99 ms', 'ratio of rates'],
            figures.map((one) => [
              ...[
                one.list,
                one.page,
                round(medianRate(one.ours), 0),
                median(one.ours.map(({ p99Ms }) => p99Ms)),
              ],
              ...[round(medianRate(one.floor), 0), median(one.floor.map(({ p99Ms }) => p99Ms)), one.ratio],
            ]),
          ),
        ],
      };
    } finally {
      floor.close();
    }
  },
};

async function seed({ db }: Bed, rows: number): Promise<void> {
  await db.query(
    `insert into tasks (task_type, state, content, end_time)
     select 4 + n % 2, (array['done', 'failed', 'cancelled'])[1 + n % 3],
       '{"target": "faces", "filters": {}, "store_results": false}', now()
     from generate_series(1, $1::integer) n`,
    [rows],
  );
  await db.query(
    `insert into task_errors (task_id, task_type, error_code, "desc", detail, object_type, object_id)
     select 1 + n % 1000, 5, 28100 + n % 3, 'Sample missing', 'no file', 'face', gen_random_uuid()
     from generate_series(1, $1::integer) n`,
    [rows],
  );
  for (const table of ['tasks', 'task_errors', 'task_blocks', 'task_error_blocks'])
    await db.query(`vacuum (analyze) ${table}`);
  await db.query('checkpoint');
}

async function startFloor({ running }: Bed): Promise<{ url: string; close(): void }> {
  const child = fork(floorServer, [running.databaseUrl]);
  const [port] = (await once(child, 'message')) as [number];
  return { url: `http://127.0.0.1:${port}`, close: () => child.kill() };
}

function medianRate(loads: readonly Load[]): number {
  return median(loads.map(({ rate }) => rate));
}
