import assert from 'node:assert/strict';
import { isSecret, settings } from '../../platform/settings/settings.ts';

/** Fails if a deployment sets a variable that no process reads. */
export function assertSettings(names: readonly string[], where: string): void {
  const known = new Set(
    Object.keys(settings).flatMap((name) => [name, ...(isSecret(name) ? [`${name}_FILE`] : [])]),
  );
  assert.deepEqual(
    names.filter((name) => !known.has(name)),
    [],
    `${where} sets what is not read`,
  );
}
