// Run by itself, it writes the golden vectors anew: only when a version's pre-processing is meant to change.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { builtIn } from '../../extraction/catalogue/catalogue.ts';
import { describeOne } from '../support/describeOne.ts';
import { makeWarps } from '../support/warps.ts';

const file = fileURLToPath(new URL('fixtures/golden.json', import.meta.url));

export const goldenPhotos = 1;

/** Name of the extractor → descriptors of the first photo's faces. */
export type GoldenVectors = Readonly<Record<string, readonly (readonly number[])[]>>;

export async function readGoldenVectors(): Promise<GoldenVectors> {
  return JSON.parse(await readFile(file, 'utf8')) as GoldenVectors;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const warps = await makeWarps(goldenPhotos);
  const golden: Record<string, number[][]> = {};
  for (const { version, kind, name } of builtIn) {
    if (kind !== 'face') continue;
    golden[name] = [];
    for (const warp of warps) {
      const descriptor = await describeOne(version, kind, warp);
      golden[name].push(Array.from(descriptor, (value) => Math.round(value * 1e5) / 1e5));
    }
  }
  await writeFile(file, `${JSON.stringify(golden)}\n`);
}
