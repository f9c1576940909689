import type { ContractPath } from './contract.ts';
import { queryFault } from './faults.ts';
import { readParameters } from './parameters.ts';

/**
 * The check that a JSON client's query of a GET passes, for the filters of a page: answers them typed.
 * @throws DomainError badQueryParameter | queryParameterMissing (what it returns does)
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
    const errors = operation.checkQuery(query);
    if (errors !== null) throw queryFault(errors);
    return query as Query;
  };
}
