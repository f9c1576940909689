import type { Request, RequestHandler } from 'express';
import type { createAcknowledgements } from '../../../db/ops/acknowledgements.ts';
import { DomainError } from '../../../domain/errors.ts';
import { noteField } from '../../../views/pages/home/attention.ts';
import { paths } from '../../../views/paths.ts';
import { actorOf } from '../../http/requestContext.ts';
import { fieldsOf } from '../../html/form.ts';
import { flash, leadTo } from '../../html/pageAnswer.ts';
import { taskIdOf } from '../../tasks/pages/taskId.ts';

interface AcknowledgeSources {
  readonly acknowledgements: ReturnType<typeof createAcknowledgements>;
}

const longestNote = 500;
const longestItem = 100;

/** What home says of a task is seen, or is to be seen again. */
export function acknowledge({
  acknowledgements,
}: AcknowledgeSources): Record<'add' | 'undo', RequestHandler> {
  const itemOf = (req: Request) => {
    const { item } = req.query;
    if (typeof item !== 'string' || item === '' || item.length > longestItem) {
      throw new DomainError('badQueryParameter', { path: 'item', message: 'required' });
    }
    return { taskId: taskIdOf(req), item };
  };
  return {
    add: async (req, res) => {
      const item = itemOf(req);
      const note = fieldsOf(req.body)[noteField(item.taskId)]?.trim() ?? '';
      await acknowledgements.acknowledge(item, note.slice(0, longestNote), actorOf(req));
      flash(req, `Task ${item.taskId} was acknowledged.`);
      leadTo(req, res, paths.home);
    },

    undo: async (req, res) => {
      const item = itemOf(req);
      await acknowledgements.unacknowledge(item, actorOf(req));
      flash(req, `Task ${item.taskId} needs attention again.`);
      leadTo(req, res, paths.home);
    },
  };
}
