import { join } from 'node:path';
import { toFloats } from '../../db/extract/descriptorBytes.ts';
import { rankOne } from '../../extraction/rank1.ts';
import { copySamplePhotos, peopleInSamplePhotos as people } from '../import/copySamplePhotos.ts';
import { runImport } from '../import/runImport.ts';
import { haveSecondThoughts } from './secondThoughts.ts';
import { versions, type Demo } from './story.ts';
import { close, type Counts, countTables } from './tables.ts';
import { beginUpgrade } from './upgrade.ts';
import { undoRemoval } from './undoRemoval.ts';
import { check, extract, remove, switchDefault, verify, watch } from './upgradeSteps.ts';

/** The operator's story, from the first photo to the last descriptor of the old version. */
export async function play(demo: Demo): Promise<void> {
  await importPhotos(demo);
  await haveSecondThoughts(demo);
  await upgradeNetwork(demo);
  await undoRemoval(demo);
  await close(demo);
}

/** Step by step, with something killed in each. */
async function upgradeNetwork(demo: Demo): Promise<void> {
  const before = await countTables(demo.db);
  const upgradeId = await beginUpgrade(demo);
  for (const step of [check, extract, verify, switchDefault, watch]) await step(demo, upgradeId);
  await compareRecognition(demo);
  await remove(demo, upgradeId);
  const after = await countTables(demo.db);
  demo.ledger.expect('upgrade: other tables changed', 'none', changed(before, after));
}

const seed = 7;

/** Photos in: faces with their samples, attributes, descriptors, a list, events; then copies of each face. */
async function importPhotos(demo: Demo): Promise<void> {
  const { story, ledger, copies, db, running } = demo;
  const folder = join(running.config.dataDir, 'photos');
  await copySamplePhotos(folder);

  story.step('Import photos: find the faces, store samples, extract descriptors of version 1');
  await bringIn(demo, folder, ['--list', 'Visitors', '--events']);
  const { faces, events, listed } = await countTables(db);
  ledger.expect('faces found in the photos', people, faces);
  ledger.expect('faces put on the list', people, listed);
  ledger.expect('events', people, events);

  story.step(`Volume: ${copies} copies of each face, rotated, shifted and lit differently`);
  await bringIn(demo, folder, ['--copies', String(copies), '--seed', String(seed)]);
  ledger.expect('faces with their copies', people * (1 + copies), (await countTables(db)).faces);
}

async function bringIn({ running, story, signal }: Demo, folder: string, more: string[]): Promise<void> {
  const args = [folder, '--account', running.config.adminLogin, ...more];
  story.say(`$ npm run import -- ${args.join(' ')}`);
  story.say('loading the networks, then photo by photo …');
  await runImport({ args, env: running.env, onLine: story.say, signal });
}

const least = 0.95;

/** How often the nearest other sample shows the same person, before and after the upgrade. */
async function compareRecognition(demo: Demo): Promise<void> {
  const { story, ledger } = demo;
  story.step('Is the same person still found?');
  const rows: (string | number)[][] = [];
  for (const [when, version] of [
    ['before', versions.from],
    ['after', versions.to],
  ] as const) {
    const samples = await readDescriptors(demo, version);
    const share = rankOne(samples);
    const people = new Set(samples.map(({ identity }) => identity)).size;
    rows.push([when, version, people, samples.length, percent(share)]);
    ledger.judge(`rank-1 with version ${version}`, `≥ ${percent(least)}`, percent(share), share >= least);
  }
  story.table(['', 'version', 'people', 'samples', 'the same person is nearest (rank-1)'], rows);
}

async function readDescriptors({ db }: Demo, version: number) {
  const rows = await db.query<{ identity: string; descriptor: Buffer }>(
    `select f.user_data as identity, d.descriptor
     from faces f join face_descriptors d on d.face_id = f.face_id and d.descriptor_version = $1`,
    [version],
  );
  return rows.map(({ identity, descriptor }) => ({ identity, descriptor: toFloats(descriptor) }));
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function changed(before: Counts, after: Counts): string {
  const names = Object.keys(before) as (keyof Counts)[];
  return names.filter((name) => before[name] !== after[name]).join(', ') || 'none';
}
