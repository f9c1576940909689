import type { AttributesReport } from '../../domain/networks/report.ts';
import type { LocalNetwork } from '../catalogue/network.ts';
import { isNumbers, type RawOutputs } from './outputFaults.ts';

export interface ToldShot {
  readonly identity: string;
  readonly outputs: RawOutputs | null;
}

export function tellAttributes(network: LocalNetwork, shots: readonly ToldShot[]): AttributesReport {
  const labels = 'emotions' in network.outputs ? (network.outputs.emotions?.labels ?? null) : null;
  const people = shots.flatMap(({ identity, outputs }) => {
    const [age] = outputs?.['age'] ?? [];
    const [gender] = outputs?.['gender'] ?? [];
    if (outputs === null || age === undefined || gender === undefined || !isNumbers(outputs)) return [];
    const values = outputs['emotions'] ?? new Float32Array();
    const emotions =
      labels === null ? null : Object.fromEntries(labels.map((label, place) => [label, values[place] ?? 0]));
    return [{ identity, age, gender, emotions }];
  });
  return { people, notNumbers: shots.length - people.length };
}

const mostYears = 120;
// Rounded numbers of a softmax in half precision add up to a little more or less.
const sumTolerance = 0.02;
/** In years, of all people: nobody's photos show people of one age to a tenth of a year. */
const leastSpread = 0.1;

/** What is said of people that cannot be said of anybody. */
export function attributeFaults({ people, notNumbers }: AttributesReport): string[] {
  const faults: string[] = [];
  if (notNumbers > 0) faults.push(`${notNumbers} samples give NaN or infinity.`);
  const ages = people.map(({ age }) => age);
  const [youngest, oldest] = [Math.min(...ages), Math.max(...ages)];
  if (youngest < 0 || oldest > mostYears) {
    faults.push(
      `Ages are ${shown(youngest)} to ${shown(oldest)}: the entry's output age is not one in years.`,
    );
  } else if (oldest <= 1 && people.length > 0) {
    faults.push(`No one is older than ${shown(oldest)}: the output age may be a fraction of 100 years.`);
  } else if (people.length > 1 && oldest - youngest < leastSpread) {
    faults.push(`Everyone is ${shown(oldest)} years old: mean and std may be wrong.`);
  }
  const genders = people.map(({ gender }) => gender);
  if (genders.some((gender) => gender < 0 || gender > 1)) {
    const range = `${shown(Math.min(...genders))} to ${shown(Math.max(...genders))}`;
    faults.push(
      `Gender is ${range}, not 0 to 1: the output is not a probability; its sigmoid may be missing.`,
    );
  }
  const sums = people.flatMap(({ emotions }) => (emotions === null ? [] : [sharesOf(emotions)]));
  const wrong = sums.find(({ sum, least }) => Math.abs(sum - 1) > sumTolerance || least < -sumTolerance);
  if (wrong !== undefined) {
    faults.push(`Emotions of a person add up to ${shown(wrong.sum)}, not to 1: its softmax may be missing.`);
  }
  return faults;
}

function sharesOf(emotions: Readonly<Record<string, number>>): { sum: number; least: number } {
  const values = Object.values(emotions);
  return { sum: values.reduce((total, value) => total + value, 0), least: Math.min(...values) };
}

const shown = (value: number): string => value.toFixed(2).replace(/\.?0+$/, '');
