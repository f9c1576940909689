import { textTable } from '../commands/cli/textTable.ts';
import { logIn } from './harness/loadHttp.ts';
import type { Bed } from './harness/bed.ts';
import { median, round } from './harness/figures.ts';
import type { Measurement } from './harness/measurement.ts';
import { seedPages, type Seeded } from './harness/seedPages.ts';

interface Look {
  readonly page: string;
  readonly path: string;
}

interface Seen {
  readonly firstByteMs: number;
  readonly elements: number;
}

/** Every filter and order of the tasks page, near and far, and one task of many parts and errors with a long chart. */
export const pages: Measurement = {
  about:
    'first byte and elements of pages over --rows tasks and a task of a tenth as many subtasks and errors, with charts',
  measure: async (bed, { runs, rows }, say) => {
    say('pages: seeding');
    const seeded = await seedPages(bed.db, rows);
    const looks = looksAt(seeded);
    const cookie = await logIn(bed);
    const figures = [];
    for (const look of looks) {
      const seen: Seen[] = [];
      for (let run = 1; run <= runs; run++) seen.push(await see(bed, cookie, look.path));
      const times = seen.map(({ firstByteMs }) => firstByteMs);
      const elements = Math.max(...seen.map((one) => one.elements));
      say(`pages: ${look.page}`);
      figures.push({
        ...look,
        firstMs: round(times[0] ?? NaN, 0),
        medianMs: round(median(times), 0),
        elements,
      });
    }
    return {
      figures: { ...seeded, pages: figures },
      lines: [
        `${seeded.tasks} tasks, one of them with ${seeded.parts} subtasks, ${seeded.errors} errors and ${seeded.samples} samples; one reader, ${runs} runs`,
        '',
        ...textTable(
          ['page', 'first look, ms', 'median, ms', 'elements'],
          figures.map((one) => [one.page, one.firstMs, one.medianMs, one.elements]),
        ),
      ],
    };
  },
};

function looksAt({ tasks, errors, bigTaskId }: Seeded): Look[] {
  const lastPage = Math.ceil(tasks / 20);
  const far = Math.floor(lastPage / 2);
  const farErrors = Math.floor(errors / 25);
  const list = (page: string, query: string): Look => ({ page, path: `/tasks/view?${query}` });
  const orders = ['newest', 'oldest', 'ended', 'ended-first'];
  return [
    { page: 'home', path: '/' },
    ...orders.flatMap((order) => [
      list(`tasks, ${order}`, `sort=${order}`),
      list(`tasks, ${order}, page ${far}`, `sort=${order}&page=${far}`),
      list(`tasks, ${order}, the next one`, `sort=${order}&page=${far + 1}&after=${far * 20}`),
    ]),
    list('50 tasks a page', 'page_size=50'),
    ...[0, 1, 2, 3, 5].map((status) => list(`status ${status}`, `task_status=${status}`)),
    list(`status 5, page ${far / 2}`, `task_status=5&page=${Math.floor(far / 2)}`),
    list('status 3, ended first', 'task_status=3&sort=ended-first'),
    list(`status 5, ended, page ${far / 2}`, `task_status=5&sort=ended&page=${Math.floor(far / 2)}`),
    list('kind', 'task_type=4'),
    list('kind and status, oldest', 'task_type=4&task_status=2&sort=oldest'),
    list('ids', 'task_ids=5,50000,400000'),
    list('creator of most', 'creator=root@visionlabs.ai'),
    list('creator of few', 'creator=seldom@visionlabs.ai'),
    list('creator of few, ended', 'creator=seldom@visionlabs.ai&sort=ended'),
    list('creator of none', 'creator=nobody@visionlabs.ai'),
    list('text of all', 'text=weekly'),
    list('text of all, far', `text=weekly&page=${far}`),
    list('text of all, the next one', `text=weekly&page=${far + 1}&after=${far * 20}`),
    list('text of 1 in 10,000', 'text=lobby'),
    list('text inside a word', 'text=obb'),
    list('text of none', 'text=absent'),
    list('text of none, ended', 'text=absent&sort=ended'),
    list('three letters of none', 'text=zzz'),
    list('text and status', 'text=weekly&task_status=3'),
    list('created in the last day', 'create_time__gte=now-1d'),
    list('created before a year', 'create_time__lt=now-300d'),
    list(`created in the last year, page ${far}`, `create_time__gte=now-1y&page=${far}`),
    list('ended in the last day', 'end_time__gte=now-1d'),
    list('ended in a year', 'end_time__gte=now-1y'),
    list('ended in a year, ended', 'end_time__gte=now-1y&sort=ended'),
    list(
      'everything',
      'text=weekly&task_type=4&task_status=5&creator=root@visionlabs.ai&create_time__gte=now-100d',
    ),
    { page: 'bulk over all', path: '/tasks/bulk?act=remove&of=matching' },
    { page: 'bulk over a text', path: '/tasks/bulk?act=remove&of=matching&text=lobby' },
    { page: 'task of many subtasks, errors and samples', path: `/tasks/${bigTaskId}/view` },
    { page: 'errors', path: '/errors/view' },
    { page: 'errors of a task', path: `/errors/view?task_ids=${bigTaskId}` },
    {
      page: `errors of a task, page ${farErrors}`,
      path: `/errors/view?task_ids=${bigTaskId}&page=${farErrors}`,
    },
    { page: 'errors by time', path: '/errors/view?error_time__gte=now-1y' },
  ];
}

async function see({ running }: Bed, cookie: string, path: string): Promise<Seen> {
  const headers = { cookie, accept: 'text/html' };
  const started = performance.now();
  const response = await fetch(`${running.apiUrl}${path}`, { headers });
  const firstByteMs = performance.now() - started;
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
  return { firstByteMs, elements: text.match(/<[a-z]/g)?.length ?? 0 };
}
