import type { DomainError } from '../../domain/errors.ts';

const inPath = /^Path: '([^']*)' message: '(.*)'$/s;

/** The contract names a fault by its path in the body; in a form it stands beside the field of the last name in it. */
export function faultsOf(error: DomainError): Record<string, string> {
  const match = inPath.exec(error.detail);
  if (match === null) {
    const name = error.error === 'selectsEverything' ? 'confirm_all' : 'form';
    return { [name]: `${error.entry.desc}: ${error.detail}` };
  }
  const [, path = '', message = ''] = match;
  const steps = path.split('.').filter((step) => !/^\d+$/.test(step));
  return { [steps.at(-1) ?? 'form']: message };
}
