import { formatRate } from '../../assets/words.js';
import { errorOfCode, errorTable } from '../../../domain/errors.ts';
import { chart, type Chart, type ChartTone } from '../../components/chart/chart.ts';
import type { TaskShape } from '../../shapes.ts';
import { taskTypeName } from '../tasks/describeContent.ts';

/** What was dealt with in a step of time that begins then. */
export interface ActivityShape {
  /** Seconds since 1970. */
  readonly time: number;
  readonly taskType: number;
  /** 0: objects that were dealt with. */
  readonly errorCode: number;
  readonly items: number;
}

export interface ActivityInput {
  readonly now: Date;
  /** By the minute, of the last hour. */
  readonly hour: readonly ActivityShape[];
  /** By ten minutes, of the last day. */
  readonly day: readonly ActivityShape[];
}

export interface Activity {
  readonly now: string;
  readonly charts: readonly { readonly title: string; readonly chart: Chart }[];
}

export const hourStep = 60;
export const dayStep = 600;
const taskTypes = [5, 4] as const;
const kinds: Readonly<Record<number, ChartTone>> = { 5: 'active', 4: 'waiting' };
const errorTones: readonly ChartTone[] = ['bad', 'waiting', 'active', 'neutral'];

export function activity({ now, hour, day }: ActivityInput, running: readonly TaskShape[]): Activity {
  const seconds = Math.floor(now.getTime() / 1_000);
  const rate = running.reduce((sum, { progress }) => sum + (progress.objects_per_second ?? 0), 0);
  return {
    now: formatRate(rate),
    charts: [
      objects('Objects per second, last hour', hour, stepsTo(seconds, 3_600, hourStep)),
      objects('Objects per second, last day', day, stepsTo(seconds, 86_400, dayStep)),
      errors('Errors per minute, last hour', hour, stepsTo(seconds, 3_600, hourStep)),
      errors('Errors per 10 minutes, last day', day, stepsTo(seconds, 86_400, dayStep)),
    ],
  };
}

// Samples are taken every five seconds: of less time nothing is known.
const knownAfter = 10;

interface Steps {
  /** Seconds since 1970. */
  readonly begins: readonly number[];
  /** The last one is under way. */
  readonly ends: readonly number[];
}

function stepsTo(now: number, span: number, step: number): Steps {
  const last = Math.floor((now - knownAfter) / step) * step;
  const begins = Array.from({ length: span / step }, (_, index) => last - span + (index + 1) * step);
  return { begins, ends: begins.map((begin) => Math.min(begin + step, now)) };
}

function valuesOf(steps: readonly ActivityShape[], { begins }: Steps): number[] {
  const byTime = new Map<number, number>();
  for (const { time, items } of steps) byTime.set(time, (byTime.get(time) ?? 0) + items);
  return begins.map((begin) => byTime.get(begin) ?? 0);
}

function objects(title: string, done: readonly ActivityShape[], steps: Steps) {
  const series = taskTypes.map((type) => ({
    name: taskTypeName(type),
    tone: kinds[type] ?? 'neutral',
    values: valuesOf(
      done.filter(({ taskType, errorCode }) => taskType === type && errorCode === 0),
      steps,
    ).map((items, index) => items / ((steps.ends[index] ?? 0) - (steps.begins[index] ?? 0))),
  }));
  return {
    title,
    chart: chart({ label: title, times: steps.ends, series, unit: 'rate', empty: 'No activity.' }),
  };
}

function errors(title: string, seen: readonly ActivityShape[], steps: Steps) {
  const failed = seen.filter(({ errorCode }) => errorCode !== 0);
  const codes = [...new Set(failed.map(({ errorCode }) => errorCode))].sort((a, b) => a - b);
  const named = codes.length > errorTones.length ? codes.slice(0, errorTones.length - 1) : codes;
  const rest = codes.filter((code) => !named.includes(code));
  const groups = [
    ...named.map((code) => ({ name: codeName(code), codes: [code] })),
    ...(rest.length === 0 ? [] : [{ name: 'others', codes: rest }]),
  ];
  const series = groups.map((group, index) => ({
    name: group.name,
    tone: errorTones[index] ?? 'neutral',
    values: valuesOf(
      failed.filter(({ errorCode }) => group.codes.includes(errorCode)),
      steps,
    ),
  }));
  return {
    title,
    chart: chart({ label: title, times: steps.ends, series, unit: 'count', empty: 'No errors.' }),
  };
}

function codeName(code: number): string {
  const name = errorOfCode(code);
  return name === undefined ? String(code) : `${errorTable[name].desc} ${code}`;
}
