import { rankOne } from '../../extraction/rank1.ts';
import type { Demo } from './context.ts';

const least = 0.95;

/** How often the nearest other sample shows the same person, before and after the upgrade. */
export async function compareRecognition(demo: Demo): Promise<void> {
  const { story, ledger } = demo;
  story.step('Is the same person still found?');
  const rows: (string | number)[][] = [];
  for (const [when, version] of [
    ['before', 1],
    ['after', 3],
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

/** Copied, because the driver's buffers need not be aligned for floats. */
function toFloats(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
