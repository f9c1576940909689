import type { Request } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import type { EngineContact } from '../tellEngine.ts';
import { flash } from '../../html/pageAnswer.ts';

const refusalsSaid = 10;

/** The tasks that were ticked in the list. */
export function selectedOf(req: Request): number[] {
  const { selected = [] } = req.query;
  return idsIn(Array.isArray(selected) ? selected : [selected]);
}

/** Each once, in their order; what is no id is left out. */
export function idsIn(values: readonly unknown[]): number[] {
  const ids = values.flatMap((value) =>
    typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? Number(value) : [],
  );
  return [...new Set(ids)];
}

interface Outcome {
  /** Why, a line each. */
  readonly refused: readonly string[];
  readonly isEngineAway: boolean;
}

/** Acts on task after task, some `sideBySide`. */
export async function actOnEach(
  taskIds: readonly number[],
  sideBySide: number,
  act: (taskId: number, contact: EngineContact) => Promise<unknown>,
): Promise<Outcome> {
  const left = [...taskIds];
  const refused: string[] = [];
  const contact: EngineContact = { isAway: false };
  const work = async (): Promise<void> => {
    for (let taskId = left.shift(); taskId !== undefined; taskId = left.shift()) {
      try {
        await act(taskId, contact);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        refused.push(`Task ${taskId} was not changed: ${error.entry.desc}, ${error.detail}.`);
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return { refused, isEngineAway: contact.isAway };
}

/** What became of the tasks, for the page that follows; `done` is said of those that were not refused. */
export function sayWhatWasDone(
  req: Request,
  taskIds: readonly number[],
  { refused, isEngineAway }: Outcome,
  done: (tasks: string) => string,
): void {
  const count = taskIds.length - refused.length;
  if (count > 0) flash(req, done(`${count} ${count === 1 ? 'task is' : 'tasks are'}`));
  if (isEngineAway) flash(req, 'The engine did not answer. The tasks will follow when it is back.', 'bad');
  for (const line of refused.slice(0, refusalsSaid)) flash(req, line, 'bad');
  if (refused.length > refusalsSaid)
    flash(req, `${refused.length - refusalsSaid} more tasks were not changed.`, 'bad');
}
