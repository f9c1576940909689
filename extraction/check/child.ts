// ENTRY of a process that checks the networks of one version: forked by checkProcess.ts, ends after its answer. It finds
// the faces and compares the descriptors itself, so that neither is in the memory, or on the thread, of a worker; each
// network runs in an extractor process of its own, which a bad file may end.
import { setPriority } from 'node:os';
import { sampleKindOf } from '../catalogue/network.ts';
import { createFaceDetector } from '../pictures/detect.ts';
import { samplePhotos } from '../pictures/photoFiles.ts';
import { checkNetwork } from './checkNetwork.ts';
import { peopleOfPhotos } from './photoPeople.ts';
import type { CheckMessage, CheckWish } from './protocol.ts';

// Its own extractors inherit it: tasks that the same machine works on go before a check, which nobody's data wait for.
const behindTasks = 10;
setPriority(behindTasks);

const send = (message: CheckMessage): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });

async function check({ networks, copies }: CheckWish): Promise<void> {
  let detector: ReturnType<typeof createFaceDetector> | undefined;
  const reports = [];
  for (const [place, { network, reference }] of networks.entries()) {
    reports.push(
      await checkNetwork({
        ...{ network, reference, copies },
        people: async () =>
          // Of some there is too little of a body to see: nothing that anybody could mend.
          (
            await peopleOfPhotos(
              await (detector ??= createFaceDetector()),
              samplePhotos,
              sampleKindOf(network),
            )
          ).people,
        onProgress: (done, of) =>
          void send({ type: 'progress', done: place * of + done, of: of * networks.length }),
      }),
    );
  }
  await send({ type: 'reports', reports });
}

process.once('message', (wish: CheckWish) => {
  check(wish)
    .catch((error: unknown) =>
      send({ type: 'failed', detail: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => process.exit(0));
});
// The parent is gone, whatever the reason: another one begins anew.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent decides when its children may go.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
