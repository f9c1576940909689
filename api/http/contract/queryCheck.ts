import type { ContractPath } from './contract.ts';
import { readParameters } from './parameters.ts';
import { TypedFaultsError } from './typedFaults.ts';

/**
 * The check that a JSON client's query of a GET passes, for the filters of a page: answers them typed.
 * @throws TypedFaultsError (what it returns does)
 */
// The document has proven the type that the caller names.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function queryCheck<Query>(
  contract: readonly ContractPath[],
  path: string,
): (given: Readonly<Record<string, string>>) => Query {
  const operation = contract
    .find((item) => item.path === path)
    ?.operations.find(({ method }) => method === 'get');
  if (operation === undefined) throw new Error(`the OpenAPI document has no GET ${path}`);
  return (given) => {
    const query = readParameters(given, operation.queryParameters);
    const errors = operation.checkTypedQuery(query);
    if (errors !== null) throw new TypedFaultsError('badQueryParameter', errors);
    return query as Query;
  };
}
