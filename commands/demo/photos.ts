import { join } from 'node:path';
import { copySamplePhotos, peopleInSamplePhotos as people } from '../import/copySamplePhotos.ts';
import { runImport } from '../import/runImport.ts';
import type { Demo } from './context.ts';
import { countTables } from './tables.ts';

const seed = 7;

/** Photos in: faces with their samples, attributes, descriptors, a list, events; then copies of each face. */
export async function importPhotos(demo: Demo): Promise<void> {
  const { story, ledger, copies, db, running } = demo;
  const folder = join(running.config.dataDir, 'photos');
  await copySamplePhotos(folder);

  story.step('Photos in: find the faces, store samples, describe them with version 1');
  await bringIn(demo, folder, ['--list', 'Visitors', '--events']);
  const { faces, events, listed } = await countTables(db);
  ledger.expect('faces found in the photos', people, faces);
  ledger.expect('faces put on the list', people, listed);
  ledger.expect('events', people, events);

  story.step(`Volume: ${copies} copies of each face, turned, shifted and lit differently`);
  await bringIn(demo, folder, ['--copies', String(copies), '--seed', String(seed)]);
  ledger.expect('faces with their copies', people * (1 + copies), (await countTables(db)).faces);
}

async function bringIn({ running, story, signal }: Demo, folder: string, more: string[]): Promise<void> {
  const args = [folder, '--account', running.config.adminLogin, ...more];
  story.say(`$ npm run import -- ${args.join(' ')}`);
  story.say('loading the networks, then photo by photo …');
  await runImport({ args, env: running.env, onLine: story.say, signal });
}
