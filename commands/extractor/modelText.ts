import {
  inputName,
  inputShape,
  outputLengths,
  outputNames,
  shapeText,
  type TensorInfo,
  type Tensors,
} from '../../extraction/catalogue/tensors.ts';
import type { CheckReport } from '../../extraction/check/report.ts';
import { textTable } from '../cli/textTable.ts';

/** What is known of the file itself, and what it took to run it. */
export function modelLines(report: CheckReport): string[] {
  const { network, model, opened, speed } = report;
  const lines = [`model    ${network.model}`];
  if (model !== null) {
    const isAsSaid = network.sha256 === undefined ? 'the entry names none' : 'as the entry says';
    lines.push(
      `         ${megabytes(model.bytes)}, opset ${model.opset ?? '?'}, IR version ${model.irVersion ?? '?'}`,
    );
    lines.push(`SHA-256  ${model.sha256}, ${isAsSaid}`);
  }
  if (opened !== null) lines.push(`opened   in ${Math.round(opened.seconds * 1_000)} ms`);
  if (speed !== null) {
    const [alone, together] = [speed.aloneMs, speed.inBatchMs].map((ms) => ms.toFixed(1));
    lines.push(
      `speed    ${alone} ms a sample alone, ${together} in a batch of ${network.batch} (decoding included)`,
      `memory   ${megabytes(speed.memoryBytes)} of one process with ${network.threads === 1 ? 'one thread' : `${network.threads} threads`}`,
    );
  }
  return opened === null ? lines : [...lines, '', ...tensorLines(report, opened.tensors)];
}

function tensorLines({ network }: CheckReport, tensors: Tensors): string[] {
  const { input } = network;
  const lengths = outputLengths(network);
  const fed = inputName(input, tensors);
  const wanted = new Map(Object.entries(outputNames(network, tensors)).map(([part, name]) => [name, part]));
  const rows = [
    ...tensors.inputs.map((tensor) => [
      'input',
      ...textOf(tensor),
      tensor.name === fed ? `${input.type} ${shapeText(inputShape(input, -1))}` : 'not fed',
    ]),
    ...tensors.outputs.map((tensor) => {
      const part = wanted.get(tensor.name);
      return [
        'output',
        ...textOf(tensor),
        part === undefined ? 'not read' : `${part}, ${lengths[part] ?? 0} a sample`,
      ];
    }),
  ];
  return textTable(['', 'name', 'in the file', 'by the entry'], rows);
}

const textOf = ({ name, type, shape }: TensorInfo): string[] => [name, `${type} ${shapeText(shape)}`];

const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
