import { fileURLToPath } from 'node:url';
import type { LocalNetwork } from '../../../extraction/catalogue/network.ts';

const fileOf = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

type FaceNetwork = Extract<LocalNetwork, { readonly kind: 'face' }>;

/** An entry of EXTRACTORS_FILE for one of the tiny networks, or with other files and settings. */
export function ownNetwork(model: string, input: Partial<LocalNetwork['input']> = {}): FaceNetwork {
  return {
    ...{ version: 7, kind: 'face', name: 'own', isBuiltIn: false, batch: 4, threads: 1 },
    model: model.includes('/') ? model : fileOf(model),
    input: {
      ...{ width: 16, height: 16, crop: 'whole', layout: 'NCHW', channels: 'RGB', type: 'float32' },
      ...{ mean: 0, std: 1 },
      ...input,
    },
    outputs: { descriptor: { length: 192 } },
  };
}

/** Extractor programs that fail as a network's file might make them. */
export const dyingChild = fileOf('dyingChild.ts');
export const silentChild = fileOf('silentChild.ts');
