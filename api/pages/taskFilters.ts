import type { Request } from 'express';
import { DomainError } from '../../domain/errors.ts';
import { taskFilters } from '../../views/pages/tasks/list.ts';
import type { Typed } from '../../views/components/field/field.ts';
import type { ContractPath } from '../contract/contract.ts';
import { queryCheck } from '../contract/queryCheck.ts';
import type { TaskFilters } from '../../domain/tasks/taskFilters.ts';
import { toTaskFilters, type TaskQuery } from '../taskQuery.ts';
import { readFilters } from './readFilters.ts';

/** The filters in the address of the tasks page; `filters` is null where something is wrong with them. */
export function lookAtTaskFilters(contract: readonly ContractPath[]) {
  const checkQuery = queryCheck<TaskQuery>(contract, '/tasks');
  // The JSON operation knows neither a creator nor a text.
  const check = ({ creator, text, ...others }: Readonly<Record<string, string>>): TaskFilters => {
    const query = checkQuery(others);
    // An index of three letters each tells which tasks may have a text.
    if (text !== undefined && text.length < 3)
      throw new DomainError('badQueryParameter', "Path: 'text' message: '3 letters or more'");
    return {
      ...toTaskFilters(query),
      ...(creator === undefined ? {} : { creator: creator.toLowerCase() }),
      ...(text === undefined ? {} : { text }),
    };
  };
  return (req: Request): { filters: TaskFilters | null; typed: Typed } => {
    const { query, typed } = readFilters(req, taskFilters, check);
    return { filters: query, typed };
  };
}

/** The same where wrong ones end the request. @throws DomainError badQueryParameter (what it returns does) */
export function readTaskFilters(contract: readonly ContractPath[]) {
  const look = lookAtTaskFilters(contract);
  return (req: Request): { filters: TaskFilters; values: Typed['values'] } => {
    const { filters, typed } = look(req);
    const faults = Object.entries(typed.faults).map(([name, fault]) => `${name}: ${fault}`);
    if (filters === null) throw new DomainError('badQueryParameter', faults.join('; '));
    return { filters, values: typed.values };
  };
}
