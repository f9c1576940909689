import type { Request, RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import type { Decision } from '../../../domain/approvals/approval.ts';
import { reasonField } from '../../../views/pages/approvals/approvalPanel.ts';
import { paths } from '../../../views/paths.ts';
import { fieldsOf } from '../../html/form.ts';
import type { PageSources } from '../../html/deps.ts';
import { flash, leadTo } from '../../html/pageAnswer.ts';
import { actorOf } from '../../http/requestContext.ts';
import { idOf, taskIdOf } from '../../tasks/pages/taskId.ts';

const reasonAtMost = 1_000;

type Sources = Pick<PageSources, 'approvalActions'>;

/** The forms Approve… and Reject… of a task's and of a schedule's page. What is refused is said on that page. */
export function decidePages({ approvalActions }: Sources) {
  const decide =
    (
      decision: Decision,
      pageOf: (req: Request, query?: Record<string, string>) => string,
      work: (req: Request, reason: string, fields: Readonly<Record<string, string>>) => Promise<string>,
    ): RequestHandler =>
    async (req, res) => {
      const fields = fieldsOf(req.body);
      const reason = (fields[reasonField(decision)] ?? '').trim().slice(0, reasonAtMost);
      if (reason === '') {
        leadTo(req, res, pageOf(req, { reason_for: decision }));
        return;
      }
      try {
        flash(req, await work(req, reason, fields));
      } catch (error) {
        if (!(error instanceof DomainError) || error.entry.status === 404) throw error;
        flash(req, `${error.entry.desc}: ${error.detail}.`, 'bad');
      }
      leadTo(req, res, pageOf(req));
    };
  return {
    task: (decision: Decision): RequestHandler =>
      decide(
        decision,
        (req, query) => paths.task(taskIdOf(req), query),
        async (req, reason, fields) => {
          const count = Number(fields['count'] ?? '');
          const seen = fields['count'] !== undefined && Number.isSafeInteger(count) ? { count } : {};
          await approvalActions.decideTask(
            taskIdOf(req),
            { action: decision, reason, ...seen },
            actorOf(req),
          );
          return decision === 'approve' ? 'The removal was approved.' : 'The removal was rejected.';
        },
      ),

    schedule: (decision: Decision): RequestHandler =>
      decide(
        decision,
        (req, query) => paths.schedule(idOf(req, 'schedule_id'), query),
        async (req, reason, fields) => {
          const revision = Number(fields['revision'] ?? '');
          const id = idOf(req, 'schedule_id');
          await approvalActions.decideSchedule(id, { action: decision, reason }, actorOf(req), [revision]);
          return decision === 'approve' ? 'The schedule was approved.' : 'The schedule was rejected.';
        },
      ),
  };
}
