import type { Request } from 'express';
import type { ApprovalQueries, KeptLook } from '../../../db/approvals/approvalQueries.ts';
import type { ApprovalObject } from '../../../db/approvals/approvalRows.ts';
import type { RemovalLook } from '../../../db/selection/preview/removalLook.ts';
import type { PreviewObject } from '../../../domain/tasks/preview.ts';
import { nothingTyped, type Typed } from '../../../views/components/field/field.ts';
import {
  approvalPanel,
  reasonField,
  type ApprovalPanel,
  type ApprovalPanelInput,
  type LookShape,
} from '../../../views/pages/approvals/approvalPanel.ts';
import { paths } from '../../../views/paths.ts';
import { fieldsOf } from '../../html/form.ts';
import { identityOf } from '../../http/requestContext.ts';
import { presentObject } from '../../tasks/present/taskPreview.ts';
import type { ApprovalJson } from '../present.ts';

/** The approval of a task's or a schedule's page; null: it needs none. `revision`: of the schedule. */
export async function readPanel(
  queries: Pick<ApprovalQueries, 'ordered' | 'seen'>,
  req: Request,
  of: ApprovalObject,
  approval: ApprovalJson,
  revision?: number,
): Promise<ApprovalPanel | null> {
  if (approval === null) return null;
  const [ordered, now] =
    approval.state === 'waiting' ? await Promise.all([queries.ordered(of), queries.seen(of)]) : [null, null];
  const { account, permissions } = identityOf(req);
  const isRule = 'scheduleId' in of;
  // Objects are people: an auditor sees how many, not whom.
  const shown = (look: LookShape): LookShape => (permissions.has('view') ? look : { ...look, sample: [] });
  return approvalPanel({
    approval,
    looks:
      ordered === null ? null : { ordered: shown(keptShape(ordered)), now: now && shown(lookShape(now)) },
    ...addressesOf(of),
    about: isRule
      ? [{ name: 'revision', value: String(revision) }]
      : now?.isExact === true
        ? [{ name: 'count', value: String(now.count) }]
        : [],
    isRule,
    whyNot: !permissions.has('remove') ? 'role' : account.accountId === approval.ordered_by ? 'own' : null,
    typed: faultyReason(req),
  });
}

function addressesOf(of: ApprovalObject): Pick<ApprovalPanelInput, 'actions' | 'page'> {
  return 'taskId' in of
    ? {
        actions: {
          approve: paths.taskAction(of.taskId, 'approve'),
          reject: paths.taskAction(of.taskId, 'reject'),
        },
        page: paths.task(of.taskId),
      }
    : {
        actions: {
          approve: paths.scheduleAction(of.scheduleId, 'approve'),
          reject: paths.scheduleAction(of.scheduleId, 'reject'),
        },
        page: paths.schedule(of.scheduleId),
      };
}

/** A decision that came without a reason leads back to the page, where its form stands open. */
function faultyReason(req: Request): Typed {
  const missing = fieldsOf(req.query, 'badQueryParameter')['reason_for'];
  return missing === 'approve' || missing === 'reject'
    ? { values: {}, faults: { [reasonField(missing)]: 'Enter a reason.' } }
    : nothingTyped;
}

const lookShape = ({ count, isExact, oldest, newest, sample }: RemovalLook): LookShape => ({
  ...{ count, exact: isExact, sample: sample.map(presentObject) },
  ...{ oldest: oldest?.toISOString() ?? null, newest: newest?.toISOString() ?? null },
});

/** Kept as JSON, in which a time is a text. */
const keptShape = ({ count, isExact, oldest, newest, sample }: KeptLook): LookShape => ({
  ...{ count, exact: isExact, oldest, newest },
  sample: sample.map((object) => {
    const { createTime, ...rest } = object as { createTime: string };
    return presentObject({ ...rest, createTime: new Date(createTime) } as PreviewObject);
  }),
});
