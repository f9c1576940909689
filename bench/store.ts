import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { textTable } from '../commands/cli/textTable.ts';
import { programFile } from '../commands/system/goProgram.ts';
import { openImageStore } from '../imagestore/openImageStore.ts';
import { loadConfig } from '../platform/config.ts';
import { makeTemporaryFolder } from '../platform/temporaryFolder.ts';
import { serviceKeys, startGateway } from '../test/support/s3/gateway.ts';
import { versitygw } from '../test/support/s3/programs.ts';
import { newStoreRow } from '../test/support/s3/storeRow.ts';
import { median, round } from './harness/figures.ts';
import type { Measurement } from './harness/measurement.ts';
import { createBucketFloor, createFolderFloor, inTurns, type StoreWork } from './harness/storeFloors.ts';

const steps = ['put', 'get', 'delete'] as const;
type Seconds = Record<(typeof steps)[number], number>;

interface Compared {
  readonly store: string;
  readonly ours: StoreWork;
  readonly floor: StoreWork;
}

// As large as the aligned picture of a face mostly is.
const imageBytes = 10_000;

/** A sample store beside the least that the same files or requests cost, in turns: a folder, and a bucket of a real S3 server. */
export const store: Measurement = {
  about: 'put, get and delete of samples, in a folder and in a bucket',
  measure: async (bed, { samples, runs }, say) => {
    const folder = await makeTemporaryFolder('bench-store');
    const gateway = existsSync(programFile(versitygw)) ? await startGateway() : null;
    try {
      const compared: Compared[] = [
        {
          store: 'folder',
          ours: openImageStore(loadConfig({ IMAGE_STORE: `folder:${join(folder, 'ours')}` }), newStoreRow()),
          floor: createFolderFloor(join(folder, 'floor')),
        },
      ];
      if (gateway !== null) {
        for (const bucket of ['ours', 'floor']) await gateway.addBucket(`${bucket}-of-bench`);
        compared.push({
          store: 'bucket',
          ours: openImageStore(loadConfig(gateway.settings('ours-of-bench')), newStoreRow()),
          floor: createBucketFloor(new URL(gateway.url), serviceKeys, 'floor-of-bench'),
        });
      }
      const measured: { store: string; run: number; ours: Seconds; floor: Seconds }[] = [];
      for (let run = 1; run <= runs; run++) {
        for (const { store: name, ours, floor } of compared) {
          bed.signal.throwIfAborted();
          say(`store ${run} of ${runs}: ${samples} samples in a ${name}`);
          const seconds: Record<string, Seconds> = {};
          const both = [['ours', ours] as const, ['floor', floor] as const];
          for (const [which, work] of run % 2 === 1 ? both : both.reverse())
            seconds[which] = await timeSteps(work, samples);
          measured.push({ store: name, run, ours: seconds['ours'] ?? none, floor: seconds['floor'] ?? none });
        }
      }
      const rows = compared.flatMap(({ store: name }) =>
        steps.map((step) => {
          const of = (which: 'ours' | 'floor') =>
            samples / median(measured.filter((each) => each.store === name).map((each) => each[which][step]));
          return [name, step, round(of('ours'), 0), round(of('floor'), 0), round(of('ours') / of('floor'))];
        }),
      );
      return {
        figures: { samples, imageBytes, hasBucket: gateway !== null, runs: measured },
        lines: [
          `${samples} samples of ${imageBytes} bytes, 16 at once; deletes in batches of 1,000`,
          'floor: the same files by node:fs, synchronised; the same requests by minio alone',
          '',
          ...textTable(['store', 'step', 'ours /s', 'floor /s', 'ratio'], rows),
          ...(gateway === null ? ['', 'left out: the bucket; npm run test:s3 builds its server'] : []),
        ],
      };
    } finally {
      await gateway?.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const none: Seconds = { put: 0, get: 0, delete: 0 };

async function timeSteps(work: StoreWork, samples: number): Promise<Seconds> {
  const keys = Array.from({ length: samples }, () => randomUUID());
  const image = randomBytes(imageBytes);
  const time = async (step: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await step();
    return round((performance.now() - started) / 1_000, 3);
  };
  return {
    put: await time(() => inTurns(keys, (key) => work.put(key, image))),
    get: await time(() => inTurns(keys, (key) => work.get(key))),
    delete: await time(async () => {
      for (let at = 0; at < samples; at += 1_000) await work.remove(keys.slice(at, at + 1_000));
    }),
  };
}
