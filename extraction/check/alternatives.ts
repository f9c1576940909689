import type { LocalNetwork } from '../catalogue/network.ts';
import type { NetworkInput } from '../catalogue/schema.ts';

/** Another way to feed a network, and how an entry would say it. */
export interface Alternative {
  readonly what: 'channels' | 'scale';
  readonly text: string;
  readonly network: LocalNetwork;
}

/** Pixels as they are, shares of 255, and −1..1. */
const scales = [
  { mean: 0, std: 1, text: 'mean: 0, std: 1' },
  { mean: 0, std: 255, text: 'mean: 0, std: 255' },
  { mean: 127.5, std: 127.5, text: 'mean: 127.5, std: 127.5 or 128' },
] as const;

/** An entry with one of the usual mistakes mended, if it is one. */
export function alternativesOf(network: LocalNetwork): Alternative[] {
  const { input } = network;
  const other = (change: Partial<NetworkInput>): LocalNetwork => ({
    ...network,
    input: { ...input, ...change },
  });
  const channels = input.channels === 'RGB' ? 'BGR' : 'RGB';
  const found: Alternative[] = [
    { what: 'channels', text: `channels: ${channels}`, network: other({ channels }) },
  ];
  // Bytes are what they are.
  if (input.type === 'uint8') return found;
  for (const { mean, std, text } of scales) {
    if (isAbout(input.mean, mean) && isAbout(input.std, std)) continue;
    found.push({ what: 'scale', text, network: other({ mean, std }) });
  }
  return found;
}

/** A std of 127.5 and one of 128 feed nearly the same: no figure would tell them apart. */
const isAbout = (value: NetworkInput['mean'], wanted: number): boolean =>
  [value].flat().every((one) => Math.abs(one - wanted) <= 0.5);
