import { textTable } from '../commands/textTable.ts';
import type { ExtractFigures } from './extract.ts';
import type { GcFigures } from './gc.ts';
import type { Memory } from './memory.ts';

const memoryHead = ['worker MB', 'API MB', 'extractor MB'];
const memoryCells = ({ worker, api, extractor }: Memory) => [worker, api, extractor];

export function gcReport({ faces, floor, runs, ratio, ratioWithSamples }: GcFigures): string[] {
  return [
    `gc of ${faces} faces with their children, result stored, from POST to done, 4 subtasks in flight`,
    `floor: one transaction on one connection: ${floor.join('; ')} (samples only where removed)`,
    '',
    ...textTable(
      [
        'run',
        'samples',
        'task s',
        'floor s',
        'task faces/s',
        'floor faces/s',
        'ratio of rates',
        ...memoryHead,
      ],
      runs.map((one) => [
        ...[one.run, one.removeSamples ? 'removed' : 'kept', one.oursSeconds, one.floorSeconds],
        ...[Math.round(faces / one.oursSeconds), Math.round(faces / one.floorSeconds), one.ratio],
        ...memoryCells(one.memory),
      ]),
    ),
    '',
    `ratio of the median rates: ${ratio} (samples kept), ${ratioWithSamples} (samples removed)`,
  ];
}

export function extractReport({ samples, processes, version, runs, ratio }: ExtractFigures): string[] {
  return [
    `extract of ${samples} samples to version ${version}, ${processes} extractor processes, from POST to done`,
    `floor: ${processes} processes that read, decode and describe their share of the same files, nothing else`,
    '',
    ...textTable(
      ['run', 'task s', 'floor s', 'task samples/s', 'floor samples/s', 'ratio of rates', ...memoryHead],
      runs.map((one) => [
        ...[one.run, one.oursSeconds, one.floorSeconds],
        ...[Math.round(samples / one.oursSeconds), Math.round(samples / one.floorSeconds), one.ratio],
        ...memoryCells(one.memory),
      ]),
    ),
    '',
    `ratio of the median rates: ${ratio}`,
  ];
}
