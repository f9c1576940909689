import { DomainError } from '../../domain/errors.ts';
import {
  findNetwork,
  isLocal,
  networkKindOf,
  type LocalNetwork,
  type PreparedNetwork,
} from '../catalogue/network.ts';
import { emptyTensor, mismatches, outputNames, type Tensors } from '../catalogue/tensors.ts';
import type { Made, MadeOrFault, Wish } from '../extractor.ts';
import { orFault, toMade } from '../made.ts';
import { decodeSample, emptyPixels } from '../pictures/samplePixels.ts';
import type { SampleKind } from '../pictures/storedSample.ts';
import { openModel, type Model, type Outputs } from './model.ts';
import { createCropScaler, type CropScaler } from './scaleCrop.ts';

interface Loaded {
  readonly network: LocalNetwork;
  readonly model: Model;
}

/**
 * Describes samples with networks whose files are here; a file is opened when it is first needed, and once for all
 * that read the same pixels of it.
 */
export function createDescriber(networks: readonly PreparedNetwork[]) {
  const models = new Map<string, Promise<Model>>();
  const fitting = new Map<LocalNetwork, Promise<Loaded>>();
  const buffers = { face: emptyPixels('face'), body: emptyPixels('body') };
  const scalers = new Map<string, CropScaler>();

  function open(network: LocalNetwork, kind: SampleKind): Promise<Model> {
    const key = JSON.stringify([network.model, network.input, kind]);
    return remembered(models, key, () => openModel(network, kind));
  }

  function load(network: LocalNetwork, kind: SampleKind): Promise<Loaded> {
    return remembered(fitting, network, async () => {
      const model = await open(network, kind);
      const faults = mismatches(network, model.tensors);
      if (faults.length > 0) throw new Error(faults.join('; '));
      return { network, model };
    });
  }

  /** @throws Error when a network is missing */
  function findWanted({ version, kind, wanted }: Wish): readonly LocalNetwork[] {
    const here = networks.filter(isLocal);
    const describing = wanted.startsWith('attributes') ? null : findNetwork(here, version, kind);
    const telling =
      wanted.startsWith('descriptor') || kind === 'body' ? null : findNetwork(here, version, 'attributes');
    const found = [describing, telling].filter((network) => network !== null);
    const isMissing = wanted.startsWith('attributes') ? telling === null : describing === null;
    if (isMissing) throw new Error(`no extractor of ${kind} ${wanted} with version ${version}`);
    return found;
  }

  const loadWanted = (wish: Wish): Promise<readonly Loaded[]> =>
    Promise.all(findWanted(wish).map((network) => load(network, wish.kind)));

  /**
   * Decodes images one after the other and calls `write` for each that can be. @returns what is wrong with the others,
   * by their places
   */
  async function decode(
    kind: SampleKind,
    images: readonly Uint8Array[],
    write: (pixels: Uint8Array, place: number) => void,
  ): Promise<ReadonlyMap<number, string>> {
    const faults = new Map<number, string>();
    const pixels = buffers[kind];
    for (const [index, image] of images.entries()) {
      try {
        await decodeSample(image, kind, pixels);
        write(pixels, index - faults.size);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        faults.set(index, error.detail);
      }
    }
    return faults;
  }

  /** The rows of what could be decoded, with what is wrong with the others between them. */
  function merge(
    count: number,
    faults: ReadonlyMap<number, string>,
    read: (row: number) => MadeOrFault,
  ): MadeOrFault[] {
    let row = 0;
    return Array.from({ length: count }, (_, index) => {
      const fault = faults.get(index);
      return fault === undefined ? read(row++) : { fault };
    });
  }

  async function describe(wish: Wish, images: readonly Uint8Array[]): Promise<MadeOrFault[]> {
    const loaded = await loadWanted(wish);
    const models = [...new Set(loaded.map(({ model }) => model))];
    const faults = await decode(wish.kind, images, (pixels, place) => {
      for (const model of models) model.write(pixels, place);
    });
    const count = images.length - faults.size;
    const runs = new Map<Model, Outputs>();
    for (const model of count === 0 ? [] : models) {
      const outputs = loaded
        .filter((one) => one.model === model)
        .flatMap(({ network }) => Object.values(outputNames(network, model.tensors)));
      runs.set(model, await model.run(count, [...new Set(outputs)]));
    }
    const read = wish.wanted.endsWith('Outputs') ? readOutputs : readMade;
    return merge(images.length, faults, (row) => read(loaded, runs, row));
  }

  async function prepare(wish: Wish, images: readonly Uint8Array[]): Promise<MadeOrFault[]> {
    const { version, kind } = wish;
    const network = findNetwork(networks, version, networkKindOf(wish));
    if (network === null) throw new Error(`no extractor of ${kind} with version ${version}`);
    const { input } = network;
    const key = JSON.stringify([input, kind]);
    const scale = scalers.get(key) ?? createCropScaler(input, kind);
    scalers.set(key, scale);
    const rows = images.map(() => emptyTensor(input, 1));
    const faults = await decode(kind, images, (pixels, place) => {
      scale(pixels, rows[place] ?? emptyTensor(input, 1), 0);
    });
    return merge(images.length, faults, (row) => ({ input: rows[row] ?? emptyTensor(input, 0) }));
  }

  // Pixels and batches have one place each.
  let turn: Promise<unknown> = Promise.resolve();

  return {
    /**
     * One batch after the other. Rejects when the network cannot be used; what is wrong with an image alone stands in
     * its place.
     */
    describe: (wish: Wish, images: readonly Uint8Array[]): Promise<MadeOrFault[]> => {
      const work = wish.wanted.endsWith('Input') ? prepare : describe;
      const made = turn.then(() => work(wish, images));
      turn = made.catch(() => undefined);
      return made;
    },
    /** Opens the first network that a wish needs. @returns what its file has, whatever its entry says */
    load: async (wish: Wish): Promise<Tensors> => {
      const [network] = findWanted(wish);
      if (network === undefined) throw new Error('nothing to open');
      return (await open(network, wish.kind)).tensors;
    },
  };
}

/** What is under way or done by its key. What failed is not remembered: a file may be there the next time. */
function remembered<Key, Value>(
  known: Map<Key, Promise<Value>>,
  key: Key,
  make: () => Promise<Value>,
): Promise<Value> {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}

/** Of one network. */
function readOutputs(loaded: readonly Loaded[], runs: ReadonlyMap<Model, Outputs>, row: number): MadeOrFault {
  const found = loaded.flatMap(({ network, model }) =>
    Object.entries(outputNames(network, model.tensors)).map(([part, name]): [string, Float32Array] => [
      part,
      runs.get(model)?.[name]?.[row] ?? new Float32Array(),
    ]),
  );
  return { outputs: Object.fromEntries(found) };
}

const readMade = (loaded: readonly Loaded[], runs: ReadonlyMap<Model, Outputs>, row: number): MadeOrFault =>
  orFault(() => {
    const parts = loaded.map(({ network, model }): Made => {
      const outputs = runs.get(model) ?? {};
      const names = outputNames(network, model.tensors);
      return toMade(network, (part) => outputs[names[part] ?? '']?.[row] ?? new Float32Array());
    });
    return Object.assign({}, ...parts) as Made;
  });
