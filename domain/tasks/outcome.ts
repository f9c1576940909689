import { findImbalances, type Books, type TaskFailure } from './books.ts';
import type { EngineTask } from './engineTask.ts';

/** How a task's workflow wants it to end. */
export type TaskEnd =
  { readonly outcome: 'done' | 'cancelled' } | { readonly outcome: 'failed'; readonly failure: TaskFailure };

/** How it ends. `unfinished`: something is left to do, so it does not. */
export type Outcome =
  'unfinished' | { readonly state: TaskEnd['outcome']; readonly failure: TaskFailure | null };

type Ended = Pick<EngineTask, 'state' | 'planDone' | 'restState'>;

/**
 * What becomes of a task, by its rows. One that has parts left is not done, whatever its workflow believes: a database
 * that came back from a backup knows less. One whose books do not balance is not done but failed.
 */
export function outcomeOf(task: Ended, books: Books & { readonly partsOpen: number }, end: TaskEnd): Outcome {
  // The admin was told that it is cancelled; nothing else may be read afterwards, even if nothing was left to stop.
  const last: TaskEnd =
    task.state === 'cancelling' ? { outcome: 'cancelled' } : endWithRest(task, books, end);
  if (last.outcome === 'failed') return { state: 'failed', failure: last.failure };
  if (last.outcome === 'cancelled') return { state: 'cancelled', failure: null };
  if ((!task.planDone || books.partsOpen > 0) && task.restState === null) return 'unfinished';
  const faults = findImbalances(books);
  return faults.length === 0
    ? { state: 'done', failure: null }
    : { state: 'failed', failure: { error: 'booksUnbalanced', detail: faults.join('; ') } };
}

/** A retry that left out what had not ended brings the task back to where it was. */
function endWithRest({ restState, planDone }: Ended, books: Books, end: TaskEnd): TaskEnd {
  const left = books.parts - books.partsDone;
  if (end.outcome !== 'done' || restState === null || (planDone && left === 0)) return end;
  if (restState === 'cancelled') return { outcome: 'cancelled' };
  const detail = `${left} subtasks${planDone ? '' : ', and those that were not planned,'} did not finish; a retry with scope "unfinished" completes them`;
  return { outcome: 'failed', failure: { error: 'partsLeft', detail } };
}
