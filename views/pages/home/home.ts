import { formatCount } from '../../assets/words.js';
import type { EmptyState } from '../../components/emptyState/emptyState.ts';
import type { HealthItem } from '../../components/health/health.ts';
import { pager, type Pager } from '../../components/pager/pager.ts';
import { taskTable, type TaskTable } from '../../components/taskTable/taskTable.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { AccountShape, TaskShape } from '../../shapes.ts';
import { activity, type Activity, type ActivityInput } from './activity.ts';
import { attention, type Attention, type AttentionInput } from './attention.ts';
import { healthItems, type HealthInput } from './healthItems.ts';
import { countWords, upgrade, type CountedShape, type UpgradeInput, type Upgrade } from './upgrade.ts';
import { accountRow, type AccountRow } from '../accounts/accountRow.ts';

export interface HomeInput {
  /** Tasks that are not final, newest first, at most as many as a person can look at. */
  readonly running: readonly TaskShape[];
  readonly recent: readonly TaskShape[];
  readonly counts: {
    readonly pending: number;
    readonly running: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly done: number;
    readonly accounts: number;
  };
  readonly accounts: readonly AccountShape[];
  readonly stock: UpgradeInput & {
    readonly faces: CountedShape;
    readonly events: CountedShape;
    /** Samples whose face or event is gone; null: they were not counted yet. */
    readonly ownerless: number | null;
  };
  readonly attention: Omit<AttentionInput, 'running'>;
  readonly health: Omit<HealthInput, 'overdueMessages'>;
  /** What no process does at the moment. */
  readonly missingWorkers: readonly string[];
  readonly activity: ActivityInput;
  readonly page: number;
  readonly pageSize: number;
}

export interface HomePage {
  readonly head: PageHead;
  readonly tiles: readonly {
    readonly name: string;
    readonly value: string;
    /** null: there is no page with all of them. */
    readonly href: string | null;
    readonly tone: string;
  }[];
  readonly attention: readonly Attention[];
  readonly health: readonly HealthItem[];
  /** As the live stream says it. */
  readonly missingWorkers: string;
  readonly upgrade: Upgrade;
  readonly activity: Activity;
  readonly running: TaskTable;
  readonly nothingRuns: EmptyState;
  readonly recent: TaskTable;
  readonly accounts: readonly AccountRow[];
  readonly accountsPager: Pager | null;
  readonly newTask: string;
  readonly events: string;
  /** Seconds. */
  readonly lookAgain: number;
}

// Nobody tells of a task that stands still, of a message that is overdue or of the health of the service.
const lookAgainSeconds = 60;

export function homePage(input: HomeInput): HomePage {
  const { counts } = input;
  return {
    head: { title: 'Home', section: 'home' },
    tiles: [
      // Named and ordered as on the page that they lead to.
      tile('Pending', counts.pending, paths.tasks({ task_status: 0 }), 'plain'),
      tile(
        'In progress',
        counts.running,
        paths.tasks({ task_status: 1 }),
        counts.running > 0 ? 'active' : 'plain',
      ),
      tile('Failed', counts.failed, paths.tasks({ task_status: 3 }), counts.failed > 0 ? 'bad' : 'plain'),
      tile('Cancelled', counts.cancelled, paths.tasks({ task_status: 2 }), 'plain'),
      tile('Done', counts.done, paths.tasks({ task_status: 5 }), 'plain'),
      tile('Accounts', counts.accounts, paths.accounts(), 'plain'),
      { name: 'Faces', value: countWords(input.stock.faces), href: null, tone: 'plain' },
      { name: 'Events', value: countWords(input.stock.events), href: null, tone: 'plain' },
      // Shown where there is something to do about it, and leads to where it is done.
      ...(input.stock.ownerless
        ? [tile('Samples without owner', input.stock.ownerless, paths.newTask('gc-samples'), 'plain')]
        : []),
    ],
    attention: attention({ ...input.attention, running: input.running }),
    health: healthItems({ ...input.health, overdueMessages: input.attention.overdueMessages }),
    missingWorkers: input.missingWorkers.join(' '),
    upgrade: upgrade(input.stock),
    activity: activity(input.activity, input.running),
    running: taskTable('Running tasks', input.running, 'created'),
    nothingRuns: nothingRuns(input),
    recent: taskTable('Recent tasks', input.recent, 'ended'),
    accounts: input.accounts.map(accountRow),
    accountsPager: pager({
      things: 'accounts',
      page: input.page,
      pageSize: input.pageSize,
      shown: input.accounts.length,
      count: counts.accounts,
      href: (page) => `${paths.home}?page=${page}#accounts`,
    }),
    newTask: paths.newTask(),
    events: paths.allTaskEvents,
    lookAgain: lookAgainSeconds,
  };
}

function nothingRuns({ stock: { faces, events } }: HomeInput): EmptyState {
  return faces.count + events.count === 0
    ? {
        title: 'There are no faces and no events yet',
        text: 'Tasks have nothing to work on before: npm run import -- DIR --account LOGIN brings photos in.',
        action: null,
      }
    : {
        title: 'Nothing runs at the moment',
        text: 'Start an additional extract or a garbage collection, and follow it here.',
        action: { text: 'New task', href: paths.newTask() },
      };
}

function tile(name: string, count: number, href: string, tone: string) {
  return { name, value: formatCount(count), href, tone };
}
