import { setTimeout as delay } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { AcknowledgementRow } from '../../../db/ops/acknowledgements.ts';
import type { Paging } from '../../../db/sql/paging.ts';
import type { StatusCount } from '../../../db/tasks/taskQueries.ts';
import { type HealthCheck, runHealthChecks } from '../../../platform/healthChecks.ts';
import { createRecent } from '../../../platform/recent.ts';
import { dayStep, hourStep } from '../../../views/pages/home/activity.ts';
import { overdueAtMost } from '../../../views/pages/home/attention.ts';
import { homePage, type HomePage } from '../../../views/pages/home/home.ts';
import type { TaskShape } from '../../../views/shapes.ts';
import { presentAccountOfPage } from '../../accounts/present.ts';
import type { PageSources } from '../../html/deps.ts';
import { sendPage } from '../../html/pageAnswer.ts';
import { readPaging } from '../../html/paging.ts';
import { missingOf, type WorkerCounts } from '../../tasks/live/workerWatch.ts';
import { presentUpgrades } from '../../upgrades/readUpgrades.ts';
import { presentTaskOfPage } from '../../tasks/present/task.ts';

type HomeSources = Pick<
  PageSources,
  | 'taskQueries'
  | 'upgradeQueries'
  | 'homeQueries'
  | 'approvalQueries'
  | 'accountQueries'
  | 'checks'
  | 'defaultVersions'
  | 'extractors'
  | 'clock'
> & { countWorkers(): Promise<WorkerCounts>; isUnavailable(error: unknown): boolean };

export const homePageSize = 10;
const openAtMost = 10;
const endedAtMost = 5;
const failedAtMost = { open: 5, acknowledged: 20 };
const incompleteAtMost = { open: 3, acknowledged: 12 };
const approvalsAtMost = 10;
// What has come to its end is told for a day, and asked no more.
const endedUpgradeMs = 86_400_000;
const failedWithinMs = 86_400_000;
const overdueAfterMs = 60_000;
// A page that refreshes itself asks every two seconds, each of them; neither changes that fast.
const stockAgeMs = 10_000;
const healthAgeMs = 5_000;
const activityAgeMs = 10_000;
const hourMs = 3_600_000;

/** What home shows, and the page of it. */
export function home(sources: HomeSources): {
  read(paging: Paging): Promise<HomePage>;
  page: RequestHandler;
} {
  const { taskQueries, homeQueries, accountQueries, extractors, upgradeQueries } = sources;
  const recentStock = createRecent(async () => {
    const [stock, { face: defaultVersion }] = await Promise.all([
      homeQueries.stock(),
      sources.defaultVersions.read(),
    ]);
    return { ...stock, defaultVersion };
  }, stockAgeMs);
  const recentHealth = createRecent(
    () => runHealthChecks(sources.checks.filter(isNoWorker), { withDependent: true }),
    healthAgeMs,
  );
  const since = (ms: number) => new Date(sources.clock.now().getTime() - ms);
  const recentHour = createRecent(() => homeQueries.activity(since(2 * hourMs), hourStep), activityAgeMs);
  const recentDay = createRecent(() => homeQueries.activity(since(25 * hourMs), dayStep), activityAgeMs);
  const read = async (paging: Paging): Promise<HomePage> => {
    const now = sources.clock.now();
    const before = (ms: number) => new Date(now.getTime() - ms);
    const told = <T>(asked: Promise<T>): Promise<T | null> => toldInTime(asked, sources.isUnavailable);
    const [
      tasks,
      upgrades,
      statuses,
      accounts,
      stock,
      findings,
      workers,
      overdueMessages,
      hour,
      day,
      approvals,
    ] = await Promise.all([
      told(
        tasksOf(sources, [
          homeQueries.openTasks(openAtMost),
          homeQueries.endedTasks(endedAtMost),
          homeQueries.failedSince(before(failedWithinMs), failedAtMost),
          homeQueries.incompleteSince(before(failedWithinMs), incompleteAtMost),
        ]),
      ),
      told(upgradeQueries.ofLate(before(endedUpgradeMs)).then((rows) => presentUpgrades(sources, rows))),
      told(taskQueries.countByTypeAndStatus()),
      told(accountQueries.page(paging)),
      told(recentStock()),
      told(recentHealth()),
      told(sources.countWorkers()),
      told(homeQueries.overdueMessages(before(overdueAfterMs), overdueAtMost)),
      told(recentHour()),
      told(recentDay()),
      told(sources.approvalQueries.waiting(approvalsAtMost)),
    ]);
    const missing = workers === null ? [] : missingOf(workers);
    const [running = [], recent = [], failedOfLate = [], incompleteOfLate = []] = tasks?.lists ?? [];
    const faulty = findings?.filter(({ status }) => status !== 'ok') ?? [];
    return homePage({
      upgrades,
      missingWorkers: missing,
      activity: { now, hour, day },
      tasks: tasks === null ? null : { running, recent, failedOfLate, incompleteOfLate },
      counts: statuses === null ? null : countsOf(statuses),
      accounts:
        accounts === null ? null : { ...accounts, accounts: accounts.accounts.map(presentAccountOfPage) },
      ...paging,
      stock:
        stock === null ? null : { ...stock, extractors: extractors.filter(({ kind }) => kind === 'face') },
      health: { findings, workers },
      attention: {
        acknowledgements: (tasks?.acknowledgements ?? []).map(presentAcknowledgement),
        approvals,
        ...{ now, broken: [...missing, ...faulty.map(({ service }) => service)], overdueMessages },
      },
    });
  };
  return {
    read,
    page: async (req, res) => {
      sendPage(req, res, 'home/home', await read(readPaging(req.query, homePageSize)));
    },
  };
}

function presentAcknowledgement({ taskId, item, note, login, ackTime }: AcknowledgementRow) {
  return { ...{ task_id: taskId, item, note, login }, ack_time: ackTime.toISOString() };
}

function countsOf(statuses: readonly Pick<StatusCount, 'status' | 'count'>[]) {
  const countOf = (...wanted: number[]): number =>
    statuses.reduce((sum, row) => (wanted.includes(row.status) ? sum + row.count : sum), 0);
  return {
    pending: countOf(0),
    running: countOf(1, 4),
    cancelled: countOf(2),
    failed: countOf(3),
    done: countOf(5),
  };
}

/** Whether workers are there is asked anew for each page: the page has to follow within seconds. */
function isNoWorker({ name }: HealthCheck): boolean {
  return name !== 'workers' && name !== 'extractors';
}

/**
 * The tasks of each list in the order of its ids, read at once, and what has been seen of them; one that has been deleted
 * meanwhile is left out.
 */
async function tasksOf(
  { taskQueries, homeQueries }: Pick<HomeSources, 'taskQueries' | 'homeQueries'>,
  lists: readonly Promise<readonly number[]>[],
): Promise<{ lists: TaskShape[][]; acknowledgements: AcknowledgementRow[] }> {
  const ids = await Promise.all(lists);
  const taskIds = [...new Set(ids.flat())];
  if (taskIds.length === 0) return { lists: [], acknowledgements: [] };
  const [rows, acknowledgements] = await Promise.all([
    taskQueries.page({ taskIds }, { page: 1, pageSize: taskIds.length }),
    homeQueries.acknowledged(taskIds),
  ]);
  const byId = new Map(rows.map((row) => [row.taskId, presentTaskOfPage(row)]));
  return { lists: ids.map((list) => list.flatMap((id) => byId.get(id) ?? [])), acknowledgements };
}

// A page comes within two seconds, of which its own making takes some.
const limitMs = 1_400;

/** One of the many things of a page; null: the database did not tell it in time, and the page comes without it. */
async function toldInTime<T>(
  asked: Promise<T>,
  isUnavailable: (error: unknown) => boolean,
): Promise<T | null> {
  const answered = new AbortController();
  const late = delay(limitMs, null, { signal: answered.signal, ref: false }).catch(() => null);
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    return null;
  } finally {
    answered.abort();
  }
}
