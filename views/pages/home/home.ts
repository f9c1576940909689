import { formatCount } from '../../assets/words.js';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import type { Confirm } from '../../components/confirm/confirm.ts';
import type { HealthItem } from '../../components/health/health.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import { taskTable, type TaskTable } from '../../components/taskTable/taskTable.ts';
import type { PageHead } from '../../layout.ts';
import type { Permission } from '../../../domain/accounts/permission.ts';
import { paths } from '../../paths.ts';
import type { AccountShape, TaskShape } from '../../shapes.ts';
import { maintenanceSwitch } from '../maintenance/switch.ts';
import type { UpgradeShape } from '../upgrades/upgradeShape.ts';
import { upgradeCard, type UpgradeCard } from '../upgrades/upgradeCard.ts';
import { activity, type Activity, type ActivityInput } from './activity.ts';
import { attention, type Attentions, type AttentionInput } from './attention.ts';
import { healthItems, type HealthInput } from './healthItems.ts';
import { countWords, upgrade, type CountedShape, type UpgradeInput, type Upgrade } from './upgrade.ts';
import { accountRow, type AccountRow } from '../accounts/accountRow.ts';

/** null, anywhere: it could not be told in time, because of a lock for instance. The rest is shown all the same. */
export interface HomeInput {
  /** Tasks that are not final, newest first, at most as many as a person can look at; and others. */
  readonly tasks: {
    readonly running: readonly TaskShape[];
    readonly recent: readonly TaskShape[];
    readonly failedOfLate: readonly TaskShape[];
    readonly incompleteOfLate: readonly TaskShape[];
  } | null;
  /** Those that are not over, and those that have just come to their end; newest first. */
  readonly upgrades: readonly UpgradeShape[] | null;
  readonly counts: {
    readonly pending: number;
    readonly running: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly done: number;
  } | null;
  readonly accounts: { readonly accounts: readonly AccountShape[]; readonly count: number } | null;
  readonly stock:
    | (UpgradeInput & {
        readonly faces: CountedShape;
        readonly events: CountedShape;
        /** Samples whose face or event is gone; null: they were not counted yet. */
        readonly ownerless: number | null;
      })
    | null;
  readonly attention: Pick<
    AttentionInput,
    'now' | 'broken' | 'overdueMessages' | 'acknowledgements' | 'approvals'
  >;
  readonly health: Omit<HealthInput, 'overdueMessages'>;
  /** What no process does at the moment. */
  readonly missingWorkers: readonly string[];
  readonly activity: Pick<ActivityInput, 'now'> & Nullable<Omit<ActivityInput, 'now'>>;
  readonly page: number;
  readonly pageSize: number;
}

type Nullable<Shape> = { readonly [Key in keyof Shape]: Shape[Key] | null };

export interface HomePage {
  readonly head: PageHead;
  readonly tiles: readonly {
    readonly name: string;
    readonly value: string;
    /** null: there is no page with all of them. */
    readonly href: string | null;
    /** What it takes to open that page, where not every role that sees this one may. */
    readonly needs?: Permission;
    readonly tone: string;
  }[];
  readonly attention: Attentions;
  readonly health: readonly HealthItem[];
  /** As the live stream says it. */
  readonly missingWorkers: string;
  readonly upgradeCards: readonly UpgradeCard[] | null;
  readonly upgrade: Upgrade | null;
  readonly activity: Activity | null;
  readonly running: TaskTable | null;
  readonly nothingRuns: EmptyState;
  readonly recent: TaskTable | null;
  readonly accounts: readonly AccountRow[] | null;
  /** Said where something is missing. */
  readonly notTold: string;
  readonly accountsPager: Pager | null;
  readonly newTask: string;
  readonly maintenance: Confirm;
  readonly events: string;
  /** Seconds. */
  readonly lookAgain: number;
}

// Nobody tells of a task that stands still, of a message that is overdue or of the health of the service.
const lookAgainSeconds = 60;

const notTold = 'Unknown: the database did not answer in time. It is asked again at the next update.';

export function homePage(input: HomeInput): HomePage {
  const { tasks, counts, stock, accounts } = input;
  const { hour, day } = input.activity;
  const cards = input.upgrades?.map((one) => upgradeCard(one, input.activity.now)) ?? null;
  const tab = cards?.find((card) => card.tab !== '');
  return {
    head: { title: tab === undefined ? 'Home' : `${tab.tab} · ${tab.title}`, section: 'home' },
    tiles: [
      // Named and ordered as on the page that they lead to.
      tile('Pending', counts?.pending, paths.tasks({ task_status: 0 }), 'plain'),
      tile('In progress', counts?.running, paths.tasks({ task_status: 1 }), 'active'),
      tile('Failed', counts?.failed, paths.tasks({ task_status: 3 }), 'bad'),
      tile('Cancelled', counts?.cancelled, paths.tasks({ task_status: 2 }), 'plain'),
      tile('Done', counts?.done, paths.tasks({ task_status: 5 }), 'plain'),
      tile('Accounts', accounts?.count, paths.accounts(), 'plain'),
      { name: 'Faces', value: stock === null ? untold : countWords(stock.faces), href: null, tone: 'plain' },
      {
        name: 'Events',
        value: stock === null ? untold : countWords(stock.events),
        href: null,
        tone: 'plain',
      },
      // Shown where there is something to do about it, and leads to where it is done.
      ...(stock?.ownerless
        ? [
            {
              ...tile('Samples without an owner', stock.ownerless, paths.newTask('gc-samples'), 'plain'),
              needs: 'remove' as const,
            },
          ]
        : []),
    ],
    attention: attention({
      ...{ running: [], failedOfLate: [], incompleteOfLate: [], ...tasks },
      ...{ ...input.attention, untold: untoldOf(input) },
    }),
    health: healthItems({ ...input.health, overdueMessages: input.attention.overdueMessages }),
    missingWorkers: input.missingWorkers.join(' '),
    upgradeCards: cards,
    upgrade: stock === null ? null : upgrade(stock),
    activity:
      hour === null || day === null
        ? null
        : activity({ now: input.activity.now, hour, day }, tasks?.running ?? []),
    running: tasks === null ? null : taskTable('Running tasks', tasks.running, 'created'),
    nothingRuns: nothingRuns(input),
    recent: tasks === null ? null : taskTable('Recent tasks', tasks.recent, 'ended'),
    accounts: accounts?.accounts.map(accountRow) ?? null,
    accountsPager:
      accounts === null
        ? null
        : pager({
            things: 'accounts',
            page: input.page,
            pageSize: input.pageSize,
            shown: accounts.accounts.length,
            count: accounts.count,
            href: (page) => `${paths.home}?page=${page}#accounts`,
          }),
    notTold,
    newTask: paths.newTask(),
    maintenance: maintenanceSwitch('home'),
    events: paths.allTaskEvents,
    lookAgain: lookAgainSeconds,
  };
}

const untold = '–';

function untoldOf({
  tasks,
  upgrades,
  counts,
  stock,
  accounts,
  attention,
  health,
  activity,
}: HomeInput): string[] {
  const parts = {
    tasks,
    upgrades,
    ...{ 'task counts': counts, 'faces and events': stock, accounts },
    ...{ health: health.findings, workers: health.workers, messages: attention.overdueMessages },
    approvals: attention.approvals,
    activity: activity.hour === null || activity.day === null ? null : activity,
  };
  return Object.entries(parts).flatMap(([name, part]) => (part === null ? [name] : []));
}

function nothingRuns({ stock }: HomeInput): EmptyState {
  return stock !== null && stock.faces.count + stock.events.count === 0
    ? {
        title: 'There are no faces and no events yet',
        text: 'Tasks have nothing to work on before: npm run import -- DIR --account LOGIN brings photos in.',
        action: null,
      }
    : {
        title: 'Nothing is running',
        text: 'Start an additional extract or a garbage collection and follow it here.',
        action: { text: 'New task', href: paths.newTask(), needs: 'run' },
      };
}

function tile(name: string, count: number | undefined, href: string, tone: string) {
  const value = count === undefined ? untold : formatCount(count);
  return { name, value, href, tone: count === undefined || count === 0 ? 'plain' : tone };
}
