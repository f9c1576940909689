import type { z } from 'zod';
import { wholeNumber } from './types.ts';

/** What a process is started for; some settings are only required of some. */
export type Role = 'api' | 'worker' | 'command';

export const services: readonly Role[] = ['api', 'worker'];
export const everybody: readonly Role[] = [...services, 'command'];

/** `readers` are the only ones that are given it when they are started. */
export const secret = <Schema extends z.ZodType>(
  schema: Schema,
  readers: readonly Role[],
  sentence: string,
): Schema => schema.meta({ description: sentence, secret: true, readers });

export const perMinute = (most: string, sentence: string) =>
  wholeNumber(0, 1_000_000_000)
    .optional()
    .describe(
      `${sentence} Maximum per minute and API process; 0: no limit. Default: no limit if only this machine reaches the API, otherwise ${most}.`,
    );

/** Every process of an installation has to have the same, which health compares. */
export const shared = <Schema extends z.ZodType>(schema: Schema, sentence: string): Schema =>
  schema.meta({ description: `${sentence} API and workers need the same.`, shared: true });
