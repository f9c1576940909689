import type { UpgradeObjects } from '../../domain/upgrades/upgrade.ts';
import type { StepContext } from './stepContext.ts';

// A transaction that was open while the extract selected its objects has written older times.
const margin = `interval '1 hour'`;

/** From when on an object may have come too late for the upgrade's first extract. */
export async function lateSince({ tx, upgrade }: Pick<StepContext, 'tx' | 'upgrade'>): Promise<string> {
  const [row] = await tx.query<{ since: Date }>(
    `select coalesce(min(upper_bound), $2::timestamptz) - ${margin} since from tasks where upgrade_id = $1`,
    [upgrade.upgradeId, upgrade.createTime],
  );
  return (row?.since ?? upgrade.createTime).toISOString();
}

/** Whether each kind of objects has some that came since then, have the old version, and lack the new one. */
export async function findLate(context: StepContext): Promise<UpgradeObjects[]> {
  const { tx, upgrade } = context;
  const since = await lateSince(context);
  const late: UpgradeObjects[] = [];
  for (const objects of upgrade.objects) {
    const [row] = await tx.query<{ found: boolean }>(lateOf[objects], [
      ...[since, upgrade.fromVersion, upgrade.toVersion, upgrade.upgradeId],
      ...(objects === 'events' ? [upgrade.kind] : []),
    ]);
    if (row?.found === true) late.push(objects);
  }
  return late;
}

// What has failed fails again; somebody has to repair it.
const isUnfailed = (key: string) => `not exists (
  select from task_errors e join tasks t on t.task_id = e.task_id
  where e.object_id = ${key} and t.upgrade_id = $4 and e.overcome_time is null
)`;

const lateOf: Readonly<Record<UpgradeObjects, string>> = {
  faces: `select exists (
    select from faces f where f.create_time >= $1
      and exists (select from face_descriptors d where d.face_id = f.face_id and d.descriptor_version = $2)
      and not exists (select from face_descriptors d where d.face_id = f.face_id and d.descriptor_version = $3)
      and ${isUnfailed('f.face_id')}
  ) found`,
  events: `select exists (
    select from events o where o.insert_time >= $1
      and exists (select from event_descriptors d
        where d.event_id = o.event_id and d.descriptor_version = $2 and d.descriptor_type = $5)
      and not exists (select from event_descriptors d
        where d.event_id = o.event_id and d.descriptor_version = $3 and d.descriptor_type = $5)
      and ${isUnfailed('o.event_id')}
  ) found`,
};
