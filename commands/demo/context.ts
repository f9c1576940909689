import type { Database } from '../../db/sql/connection.ts';
import type { Running } from '../system/system.ts';
import type { TaskCalls } from '../cli/taskCalls.ts';
import type { Ledger } from './ledger.ts';
import type { Story } from './story.ts';

/** What every step of the demo works with. */
export interface Demo {
  readonly running: Running;
  readonly tasks: TaskCalls;
  /** For looking into the tables; changes are made by the API and the commands alone. */
  readonly db: Database;
  readonly story: Story;
  readonly ledger: Ledger;
  /** Jittered copies of each face. */
  readonly copies: number;
  readonly signal: AbortSignal;
}
