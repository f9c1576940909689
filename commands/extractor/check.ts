import { writeFile } from 'node:fs/promises';
import type { NetworkReport } from '../../domain/networks/report.ts';
import { readNetworks } from '../../extraction/catalogue/catalogue.ts';
import { findNetwork, sampleKindOf, type NetworkKind } from '../../extraction/catalogue/network.ts';
import { checkNetwork } from '../../extraction/check/checkNetwork.ts';
import { distributionSvg } from '../../extraction/check/distributionSvg.ts';
import { peopleOfPhotos, type FoundPeople } from '../../extraction/check/photoPeople.ts';
import { createFaceDetector } from '../../extraction/pictures/detect.ts';
import { samplePhotos } from '../../extraction/pictures/photoFiles.ts';
import { loadConfig } from '../../platform/config.ts';
import { printable } from '../../platform/printable.ts';
import { UsageError } from '../cli/options.ts';
import { createProgress } from '../cli/progress.ts';
import { chooseNetwork, chooseReference } from './choose.ts';
import { peopleOfFolder } from './people.ts';
import { reportLines } from './reportText.ts';

export interface CheckOptions {
  readonly kind?: NetworkKind;
  readonly photos?: string;
  readonly copies: number;
  readonly svg?: string;
  readonly json: boolean;
}

/** Checks a network and prints what it found. @returns whether the network is fit for use */
export async function check(version: number, options: CheckOptions): Promise<boolean> {
  const config = loadConfig();
  const networks = readNetworks(config);
  const network = chooseNetwork(networks, version, options.kind);
  const { reference, note } = chooseReference(networks, network, config);
  const notes = note === null ? [] : [note];
  if (network.kind === 'face' && findNetwork(networks, version, 'attributes') !== null) {
    notes.push(`version ${version} computes attributes too: --kind attributes checks them.`);
  }
  // Now rather than after a minute of runs.
  if (options.svg !== undefined) await writeFile(options.svg, '');
  const report = await withRunsShown((onProgress) =>
    checkNetwork({
      ...{ network, reference, copies: options.copies, onProgress },
      people: async () => {
        const { people, leftOut } = await findPeople(network.kind, options);
        notes.push(...leftOut.map((photo) => `left out ${printable(photo)}`));
        if (people.length < 2) throw new UsageError('--photos: at least two people are needed');
        return people;
      },
    }),
  );
  if (options.svg !== undefined && !(await writePicture(options.svg, report))) {
    notes.push(`there is nothing to draw: ${options.svg} stays empty.`);
  }
  const text = options.json
    ? JSON.stringify(toJson(report, notes), null, 2)
    : reportLines(report, notes).join('\n');
  process.stdout.write(`${text}\n`);
  return report.faults.length === 0;
}

async function findPeople(kind: NetworkKind, { photos }: CheckOptions): Promise<FoundPeople> {
  const detector = await createFaceDetector();
  const sample = sampleKindOf({ kind });
  if (photos !== undefined) return peopleOfFolder(detector, photos, sample);
  // Of some there is too little of a body to see: nothing that anybody could mend.
  return { ...(await peopleOfPhotos(detector, samplePhotos, sample)), leftOut: [] };
}

async function writePicture(file: string, { network, descriptors }: NetworkReport): Promise<boolean> {
  const histogram = descriptors?.histogram ?? null;
  if (histogram === null) return false;
  const title = `${network.kind} version ${network.version} (${network.name})`;
  await writeFile(file, distributionSvg(histogram, title));
  return true;
}

/** A bar that begins with the first run. */
async function withRunsShown<Result>(
  work: (onProgress: (done: number, of: number) => void) => Promise<Result>,
) {
  let bar: ReturnType<typeof createProgress> | null = null;
  try {
    return await work((done, of) => {
      bar ??= createProgress('runs', of);
      bar.update(done);
    });
  } finally {
    (bar as ReturnType<typeof createProgress> | null)?.stop();
  }
}

const toJson = (report: NetworkReport, notes: readonly string[]) => ({
  fit: report.faults.length === 0,
  ...report,
  remarks: [...notes, ...report.remarks],
});
