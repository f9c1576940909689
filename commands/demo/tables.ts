import type { Sql } from '../../db/sql/connection.ts';
import { defaultAdminPassword } from '../../platform/settings/settings.ts';
import { peopleInSamplePhotos as people } from '../import/copySamplePhotos.ts';
import { versions, type Demo } from './story.ts';

export interface Counts {
  readonly faces: number;
  readonly events: number;
  readonly attributes: number;
  readonly samples: number;
  readonly listed: number;
  readonly eventDescriptors: number;
  readonly tombstones: number;
}

/** How many rows the tables hold now. */
export async function countTables(db: Sql): Promise<Counts> {
  const [counts] = await db.query<Counts>(
    `select (select count(*) from faces) as faces, (select count(*) from events) as events,
       (select count(*) from attributes) as attributes, (select count(*) from samples where kind = 'face') as samples,
       (select count(*) from list_faces) as listed,
       (select count(*) from event_descriptors where descriptor_type = 'face') as "eventDescriptors",
       (select count(*) from sample_tombstones) as tombstones`,
  );
  if (counts === undefined) throw new Error('counting the tables answered no row');
  return counts;
}

/** Of faces, and of the faces of events. */
export async function countDescriptors(
  db: Sql,
  version: number,
): Promise<Record<'faces' | 'events', number>> {
  const [counts] = await db.query<Record<'faces' | 'events', number>>(
    `select (select count(*) from face_descriptors where descriptor_version = $1) as faces,
       (select count(*) from event_descriptors where descriptor_version = $1 and descriptor_type = 'face') as events`,
    [version],
  );
  if (counts === undefined) throw new Error('counting the descriptors answered no row');
  return counts;
}

/** The table of everything that was expected, and where to look further. */
export async function close({ story, ledger, db, copies, running }: Demo): Promise<void> {
  const faces = people * (1 + copies);
  const counts = await countTables(db);
  ledger.expect('at the end: faces', faces, counts.faces);
  ledger.expect('at the end: attributes of faces', faces, counts.attributes);
  ledger.expect('at the end: face samples of faces and events', faces + people, counts.samples);
  ledger.expect('at the end: faces on the list', people, counts.listed);
  ledger.expect('at the end: events', people, counts.events);
  const [old, young] = [await countDescriptors(db, versions.from), await countDescriptors(db, versions.to)];
  ledger.expect(`at the end: descriptors of faces, version ${versions.from}`, 0, old.faces);
  ledger.expect(`at the end: descriptors of events, version ${versions.from}`, 0, old.events);
  ledger.expect(`at the end: descriptors of faces, version ${versions.to}`, faces, young.faces);
  ledger.expect(`at the end: descriptors of events, version ${versions.to}`, people, young.events);
  story.step('Consistency check');
  story.table(
    ['what', 'expected', 'found', ''],
    ledger
      .lines()
      .map(({ what, expected, found, isRight }) => [what, expected, found, isRight ? 'ok' : 'WRONG']),
  );
  story.say('');
  const wrong = ledger.lines().filter(({ isRight }) => !isRight).length;
  const verdict = wrong === 0 ? 'All checks passed.' : `CHECKS FAILED: ${wrong} of the lines above.`;
  story.say(`${verdict} ${story.elapsed().toFixed(0)} s.`);
  story.title(
    `  ${running.apiUrl}   log in as ${running.config.adminLogin} with password ${defaultAdminPassword}`,
  );
  if (running.temporalUi !== null) story.say(`${running.temporalUi}   Temporal Web UI`);
}
