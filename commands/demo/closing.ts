import { defaultAdminPassword } from '../../platform/settings.ts';
import { peopleInSamplePhotos as people } from '../import/copySamplePhotos.ts';
import type { Demo } from './context.ts';
import { countFaceDescriptors, countTables } from './tables.ts';

/** The table of everything that was expected, and where to look further. */
export async function close({ story, ledger, db, copies, running }: Demo): Promise<void> {
  const faces = people * (1 + copies);
  const counts = await countTables(db);
  ledger.expect('at the end: faces', faces, counts.faces);
  ledger.expect('at the end: attributes of faces', faces, counts.attributes);
  ledger.expect('at the end: face samples of faces and events', faces + people, counts.samples);
  ledger.expect('at the end: faces on the list', people, counts.listed);
  ledger.expect('at the end: events', people, counts.events);
  ledger.expect('at the end: face descriptors of events', people, counts.eventDescriptors);
  for (const [version, expected] of [
    [1, 0],
    [2, faces],
    [3, faces],
  ] as const) {
    const found = await countFaceDescriptors(db, version);
    ledger.expect(`at the end: face descriptors of version ${version}`, expected, found);
  }
  story.step('The books');
  story.table(
    ['what', 'expected', 'found', ''],
    ledger
      .lines()
      .map(({ what, expected, found, isRight }) => [what, expected, found, isRight ? 'ok' : 'WRONG']),
  );
  story.say('');
  const wrong = ledger.lines().filter(({ isRight }) => !isRight).length;
  const verdict = wrong === 0 ? 'Every line holds.' : `NOT everything holds: ${wrong} of the lines above.`;
  story.say(`${verdict} ${story.elapsed().toFixed(0)} s.`);
  story.title(
    `  ${running.apiUrl}   log in as ${running.config.adminLogin} with password ${defaultAdminPassword}`,
  );
  if (running.temporalUi !== null) story.say(`${running.temporalUi}   Temporal's own pages`);
}
