import type { DomainError } from '../../domain/errors.ts';

const inPath = /^Path: '([^']*)' message: '(.*)'$/s;

/** The contract names a fault by its path in the body; in a form it stands beside the field of the last name in it. */
export function faultsOf(error: DomainError): Record<string, string> {
  if (error.error === 'selectsEverything')
    return { confirm_all: 'no condition is filled in; tick this to go on' };
  const match = inPath.exec(error.detail);
  if (match === null) return { form: `${error.entry.desc}: ${error.detail}` };
  const [, path = '', message = ''] = match;
  const steps = path.split('.').filter((step) => !/^\d+$/.test(step));
  return { [steps.at(-1) ?? 'form']: message };
}
