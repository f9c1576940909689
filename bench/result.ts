import { textTable } from '../commands/cli/textTable.ts';
import type { Bed } from './harness/bed.ts';
import { download, type Downloaded } from './harness/download.ts';
import { median, round } from './harness/figures.ts';
import { createIdHash } from './harness/idHash.ts';
import { adminHeader } from './harness/loadHttp.ts';
import type { Measurement } from './harness/measurement.ts';
import { residentMegabytes, watchMemory } from './harness/memory.ts';
import { addResultTask, copyIds } from './harness/resultTask.ts';

/** Of a download before the measurement, for code and connections. */
const warmObjects = 20_000;

interface Run {
  readonly run: number;
  readonly seconds: number;
  readonly floorSeconds: number;
  /** Of rates. */
  readonly ratio: number;
  readonly peakMegabytes: number;
}

/** The result of a huge task over HTTP, whole and in two halves, beside COPY of the same rows. */
export const result: Measurement = {
  about: 'download of a result of --objects ids, whole and resumed by Range, beside COPY of the same rows',
  measure: async (bed, { objects, runs }, say) => {
    await fetchWhole(bed, await addResultTask(bed, warmObjects, say));
    const taskId = await addResultTask(bed, objects, say);
    const idleMegabytes = await residentMegabytes(bed.running.pids()['api']);
    const done: Run[] = [];
    let [bytes, expected] = [0, ''];
    for (let run = 1; run <= runs; run++) {
      const floor = () => copyIds(bed, taskId);
      const before = run % 2 === 0 ? await floor() : null;
      const watch = watchMemory(() => bed.running.pids());
      const whole = await fetchWhole(bed, taskId);
      const peakMegabytes = watch.stop().api;
      const copied = before ?? (await floor());
      requireSame(whole.hash, copied.hash, 'the whole');
      const [seconds, floorSeconds] = [whole.seconds, copied.seconds];
      done.push({ run, seconds, floorSeconds, ratio: floorSeconds / seconds, peakMegabytes });
      say(`result: run ${run}: ${round(seconds)} s, COPY ${round(floorSeconds)} s, ${peakMegabytes} MB`);
      bytes = whole.bytes;
      expected = copied.hash;
    }
    const watch = watchMemory(() => bed.running.pids());
    const resumed = await fetchInHalves(bed, taskId, bytes);
    const resumedMegabytes = watch.stop().api;
    requireSame(resumed.hash, expected, 'the resumed one');
    const seconds = median(done.map((one) => one.seconds));
    return {
      figures: { objects, bytes, idleMegabytes, runs: done, resumed: { ...resumed, resumedMegabytes } },
      lines: [
        `result of ${objects} ids, ${round(bytes / 1e6, 1)} MB; the SHA-256 of the ids is that of COPY, whole and resumed`,
        '',
        ...textTable(
          ['run', 'download s', 'COPY s', 'ratio of rates', 'API MB'],
          done.map((one) => [
            ...[one.run, round(one.seconds), round(one.floorSeconds), round(one.ratio), one.peakMegabytes],
          ]),
        ),
        '',
        `${round(objects / seconds, 0)} ids/s, ${round(bytes / 1e6 / seconds, 1)} MB/s; API before it ${idleMegabytes} MB`,
        `broken off in the middle and resumed: first byte of the rest after ${round(resumed.firstByteSeconds)} s, rest ${round(resumed.restSeconds)} s, API ${resumedMegabytes} MB`,
      ],
    };
  },
};

const urlOf = (bed: Bed, taskId: number): string => `${bed.running.apiUrl}/4/tasks/${taskId}/result`;

async function fetchWhole(bed: Bed, taskId: number): Promise<Downloaded & { readonly hash: string }> {
  const hash = createIdHash();
  const whole = await download(urlOf(bed, taskId), { headers: adminHeader(bed), take: hash.takeResult });
  requireStatus(whole, 200);
  return { ...whole, hash: hash.digest() };
}

/** As a client whose connection breaks in the middle, and that goes on with `curl -C -`. */
async function fetchInHalves(bed: Bed, taskId: number, bytes: number) {
  const hash = createIdHash();
  const atMost = Math.floor(bytes / 2);
  const headers = adminHeader(bed);
  const first = await download(urlOf(bed, taskId), { headers, take: hash.takeResult, atMost });
  requireStatus(first, 200);
  const started = performance.now();
  let firstByteSeconds = 0;
  const rest = await download(urlOf(bed, taskId), {
    headers: { ...headers, range: `bytes=${first.bytes}-`, 'if-range': first.tag },
    take: (piece) => {
      if (firstByteSeconds === 0) firstByteSeconds = (performance.now() - started) / 1_000;
      hash.takeResult(piece);
    },
  });
  requireStatus(rest, 206);
  if (first.bytes + rest.bytes !== bytes)
    throw new Error(`${first.bytes} and ${rest.bytes} are not ${bytes}`);
  return { hash: hash.digest(), firstByteSeconds, restSeconds: rest.seconds };
}

function requireStatus({ status }: Downloaded, wanted: number): void {
  if (status !== wanted) throw new Error(`the result was answered ${status}, not ${wanted}`);
}

function requireSame(found: string, expected: string, what: string): void {
  if (found !== expected) throw new Error(`${what} has other ids than the table`);
}
