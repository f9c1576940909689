import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import { heldDescriptors } from './heldDescriptors.ts';
import type { StepContext } from './stepContext.ts';

// A transaction that was open while the extract selected its objects has written older times.
const margin = `interval '1 hour'`;

/** Of events the time at which they were written counts: when they happened somebody else says. */
export const writtenTimes = { faces: 'create_time', events: 'insert_time' } as const;

export interface LateObjects {
  /** From when on an object may have come too late for the upgrade's first extract. */
  readonly since: string;
  /** Those of the upgrade's objects of which some came since then, have the old version, and lack the new one. */
  readonly objects: readonly UpgradeObjects[];
}

export async function findLate({ tx, upgrade }: StepContext): Promise<LateObjects> {
  const { upgradeId, kind, fromVersion, toVersion, createTime } = upgrade;
  const [row] = await tx.query<{ since: Date }>(
    `select coalesce(min(upper_bound), $2::timestamptz) - ${margin} since from tasks where upgrade_id = $1`,
    [upgradeId, createTime],
  );
  const since = (row?.since ?? createTime).toISOString();
  const objects: UpgradeObjects[] = [];
  for (const one of upgrade.objects) {
    const { owner, key, ofVersion } = heldDescriptors(one, kind);
    const [late] = await tx.query<{ found: boolean }>(
      `select exists (
         select from ${owner} where o.${writtenTimes[one]} >= $2
           and exists (select from ${ofVersion(fromVersion)} d where d.key = ${key})
           and not exists (select from ${ofVersion(toVersion)} d where d.key = ${key})
           and ${isUnfailed(key)}
       ) found`,
      [upgradeId, since],
    );
    if (late?.found === true) objects.push(one);
  }
  return { since, objects };
}

// What has failed fails again; somebody has to repair it.
const isUnfailed = (key: string) => `not exists (
  select from task_errors e join tasks t on t.task_id = e.task_id
  where e.object_id = ${key} and t.upgrade_id = $1 and e.overcome_time is null
)`;
