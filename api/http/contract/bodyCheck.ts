import type { ContractPath } from './contract.ts';
import type { Method } from './document.ts';
import { TypedFaultsError } from './typedFaults.ts';

/**
 * The check that a JSON client's body passes, for bodies that are made from a form.
 * @throws TypedFaultsError (what it returns does)
 */
export function bodyCheck(
  contract: readonly ContractPath[],
  method: Method,
  path: string,
): (body: unknown) => void {
  const operation = contract
    .find((item) => item.path === path)
    ?.operations.find((candidate) => candidate.method === method);
  const rule = operation?.body;
  if (rule === undefined || rule === null)
    throw new Error(`the OpenAPI document has no body of ${method} ${path}`);
  return (body) => {
    const errors = rule.checkTyped(body);
    if (errors !== null) throw new TypedFaultsError('validationFailed', errors);
  };
}
