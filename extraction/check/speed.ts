import type { Speed } from '../../domain/networks/report.ts';
import type { LocalNetwork } from '../catalogue/network.ts';
import type { Probe } from './probe.ts';

// The first run of a size takes longer: memory is found for it.
const runs = { warmUp: 1, measured: 5 };

/** Milliseconds a sample, alone and in a full batch, as a task of its own would take on one process. */
export async function measureSpeed(
  probe: Probe,
  { batch }: LocalNetwork,
  images: readonly Uint8Array[],
): Promise<Speed | null> {
  const [first] = images;
  if (first === undefined) return null;
  const full = Array.from({ length: batch }, (_, place) => images[place % images.length] ?? first);
  const aloneMs = await medianMs(probe, [first]);
  const inBatchMs = (await medianMs(probe, full)) / batch;
  const { memoryBytes } = await probe.load();
  return { aloneMs, inBatchMs, memoryBytes };
}

async function medianMs(probe: Probe, images: readonly Uint8Array[]): Promise<number> {
  for (let run = 0; run < runs.warmUp; run++) await probe.run(images);
  const times: number[] = [];
  for (let run = 0; run < runs.measured; run++) times.push((await probe.run(images)).seconds * 1_000);
  return times.sort((one, other) => one - other)[runs.measured >> 1] ?? 0;
}
