import { durationMs } from '../duration.ts';
import { DomainError } from '../errors.ts';

export const defaultCatchUpWindow = '10m';

// Times lie a minute apart.
const shortestMs = 60_000;

/** @throws DomainError validationFailed when it is no duration, shorter than a minute or longer than a year */
export function catchUpWindowMs(window: string): number {
  const ms = durationMs(window, 'catch_up_window');
  if (ms >= shortestMs) return ms;
  throw new DomainError('validationFailed', { path: 'catch_up_window', message: 'must be a minute or more' });
}
