import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { NetworkKind } from '../../extraction/catalogue/network.ts';

export interface BareLoopOptions {
  /** Image files, the same ones that the pool is given. */
  readonly files: readonly string[];
  readonly processes: number;
  readonly version: number;
  readonly kind: NetworkKind;
}

export interface BareLoopResult {
  readonly samples: number;
  /** From the moment all processes have their model loaded and warm until the last one is done. */
  readonly seconds: number;
  /** Of all processes together. */
  readonly processorSeconds: number;
}

const loop = fileURLToPath(new URL('extractFloorLoop.ts', import.meta.url));

/**
 * The floor of extraction: as many processes as asked for, each reading, decoding, scaling and describing its share of
 * the files in batches, with nothing between.
 */
export async function runBareModelLoop({
  files,
  processes,
  version,
  kind,
}: BareLoopOptions): Promise<BareLoopResult> {
  const children = Array.from({ length: processes }, (_, index) => {
    const share = files.filter((_file, at) => at % processes === index);
    // A session of its own, as a worker has: on a busy machine the kernel shares the cores by sessions.
    const child = fork(loop, [], { detached: true });
    const next = () =>
      new Promise<number>((resolve, reject) => {
        child.once('message', (spent) => {
          resolve(Number(spent));
        });
        child.once('exit', (code) => {
          if (code !== 0) reject(new Error(`bare loop ended with ${code ?? 'a signal'}`));
        });
      });
    const loaded = next();
    child.send({ version, kind, files: share });
    return { child, loaded, next };
  });
  await Promise.all(children.map(({ loaded }) => loaded));
  const start = performance.now();
  const spent = await Promise.all(
    children.map(({ child, next }) => {
      const done = next();
      child.send('go');
      return done;
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  for (const { child } of children) if (child.connected) child.disconnect();
  return { samples: files.length, seconds, processorSeconds: spent.reduce((sum, one) => sum + one, 0) };
}
