import type { OpenInferenceNetwork } from '../../extraction/catalogue/network.ts';
import type { TensorData } from '../../extraction/extractor.ts';

export interface RateOptions {
  readonly entry: OpenInferenceNetwork;
  /** Requests under way at the same time. */
  readonly concurrency: number;
  /** Of each round. */
  readonly samples: number;
  readonly rounds: number;
  readonly extract: (index: number) => Promise<unknown>;
  readonly prepare: (index: number) => Promise<TensorData>;
}

/** Samples a second through our client and through a bare loop, in turns, and the median of their ratio. */
export async function compareRates(options: RateOptions) {
  const { samples, rounds, extract } = options;
  const ways = {
    ours: async () => {
      await Promise.all(Array.from({ length: samples }, (_, index) => extract(index)));
    },
    bare: () => askBarely(options),
  };
  const rates = { ours: [] as number[], bare: [] as number[] };
  // The first of each warms up.
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
    for (const way of order) {
      const start = performance.now();
      await ways[way]();
      if (round > 0) rates[way].push(samples / ((performance.now() - start) / 1_000));
    }
  }
  return {
    ours: medianOf(rates.ours),
    bare: medianOf(rates.bare),
    ratio: medianOf(rates.ours.map((rate, round) => rate / (rates.bare[round] ?? NaN))),
  };
}

/** The same batches, prepared likewise and as many at a time; nothing around them. */
async function askBarely({ entry, concurrency, samples, prepare }: RateOptions): Promise<void> {
  const { batch, server } = entry;
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < samples) {
      const from = next;
      next += batch;
      const inputs = await Promise.all(Array.from({ length: batch }, (_, index) => prepare(from + index)));
      const values = Buffer.concat(
        inputs.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
      );
      const header = JSON.stringify({
        inputs: [
          {
            ...{ name: 'input', datatype: 'FP32', shape: [batch, 3, 112, 112] },
            parameters: { binary_data_size: values.length },
          },
        ],
        outputs: [{ name: 'descriptor', parameters: { binary_data: true } }],
      });
      const response = await fetch(`${server.url}/v2/models/${server.model}/infer`, {
        method: 'POST',
        headers: { 'inference-header-content-length': String(header.length) },
        body: Buffer.concat([Buffer.from(header), values]),
      });
      if (!response.ok) throw new Error(await response.text());
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
