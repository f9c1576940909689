import { DomainError } from './errors.ts';

/** Of one second, minute, hour, day, week. */
export const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const longestMs = 366 * 86_400_000;

/** @throws DomainError validationFailed, naming `path`, when it is not like `7d`, or longer than a year */
export function durationMs(text: string, path: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const ms = Number(amount) * (unitMs[unit] ?? Number.NaN);
  if (ms <= longestMs) return ms;
  throw new DomainError('validationFailed', {
    path,
    message: 'must be a number followed by s, m, h, d or w, such as 7d, and at most one year',
  });
}
