import type { DomainError } from '../../domain/errors.ts';
import { TypedFaultsError, type TypedFault } from '../http/contract/typedFaults.ts';

const shownItems = 5;

/** The contract names a fault by its path in the body; in a form it stands beside the field of the last name in it. */
export function faultsOf(error: DomainError): Record<string, string> {
  if (error.error === 'selectsEverything')
    return { confirm_all: 'no condition is set; tick this box to continue' };
  if (error instanceof TypedFaultsError) return typedFaultsOf(error.faults);
  if (error.fault === null) return { form: `${error.entry.desc}: ${error.detail}` };
  return { [fieldOf(error.fault.path)]: error.fault.message };
}

/** One fault for each field; where several of its values have it, they are named. */
function typedFaultsOf(faults: readonly TypedFault[]): Record<string, string> {
  const fields = new Set(faults.map(({ path }) => fieldOf(path)));
  return Object.fromEntries(
    [...fields].map((field) => [field, wordsOf(faults.filter(({ path }) => fieldOf(path) === field))]),
  );
}

function wordsOf(faults: readonly TypedFault[]): string {
  const message = faults[0]?.message ?? '';
  const alike = faults.filter((fault) => fault.message === message);
  // A value may break several rules of one format.
  const items = [...new Set(alike.flatMap(({ item }) => item ?? []))];
  if (items.length === 0) return message;
  const more = items.length > shownItems ? ` and ${items.length - shownItems} more` : '';
  return `${items.slice(0, shownItems).join(', ')}${more}: ${message}`;
}

function fieldOf(path: string): string {
  const steps = path.split('.').filter((step) => !/^\d+$/.test(step));
  return steps.at(-1) ?? 'form';
}
