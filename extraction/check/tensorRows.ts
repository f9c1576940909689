import type { TensorRow } from '../../domain/networks/report.ts';
import type { LocalNetwork } from '../catalogue/network.ts';
import {
  inputName,
  inputShape,
  outputLengths,
  outputNames,
  shapeText,
  type TensorInfo,
  type Tensors,
} from '../catalogue/tensors.ts';

/** The inputs and outputs of a network's file, beside what its entry says of them. */
export function tensorRows(network: LocalNetwork, tensors: Tensors): TensorRow[] {
  const { input } = network;
  const lengths = outputLengths(network);
  const fed = inputName(input, tensors);
  const wanted = new Map(Object.entries(outputNames(network, tensors)).map(([part, name]) => [name, part]));
  return [
    ...tensors.inputs.map((tensor): TensorRow => ({
      ...{ side: 'input', name: tensor.name, inFile: textOf(tensor) },
      byEntry: tensor.name === fed ? `${input.type} ${shapeText(inputShape(input, -1))}` : 'not fed',
    })),
    ...tensors.outputs.map((tensor): TensorRow => {
      const part = wanted.get(tensor.name);
      return {
        ...{ side: 'output', name: tensor.name, inFile: textOf(tensor) },
        byEntry: part === undefined ? 'not read' : `${part}, ${lengths[part] ?? 0} a sample`,
      };
    }),
  ];
}

const textOf = ({ type, shape }: TensorInfo): string => `${type} ${shapeText(shape)}`;
