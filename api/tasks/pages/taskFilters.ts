import type { Request } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { taskFilters } from '../../../views/pages/tasks/list.ts';
import type { Typed } from '../../../views/components/field/field.ts';
import { queryCheck } from '../../http/contract/queryCheck.ts';
import type { TaskFilters } from '../../../domain/tasks/taskFilters.ts';
import { toTaskFilters, type TaskQuery } from '../query.ts';
import type { PageSources } from '../../html/deps.ts';
import { readFilters } from '../../html/readFilters.ts';

type FilterSources = Pick<PageSources, 'contract' | 'clock'>;

/** The filters in the address of the tasks page; `filters` is null where something is wrong with them. */
export function lookAtTaskFilters({ contract, clock }: FilterSources) {
  const checkQuery = queryCheck<TaskQuery>(contract, '/tasks');
  // The JSON operation knows neither a creator nor a text.
  const check = ({ creator, text, ...others }: Readonly<Record<string, string>>): TaskFilters => {
    const query = checkQuery(others);
    // An index of three letters each tells which tasks may have a text.
    if (text !== undefined && text.length < 3)
      throw new DomainError('badQueryParameter', { path: 'text', message: '3 letters or more' });
    return {
      ...toTaskFilters(query),
      ...(creator === undefined ? {} : { creator: creator.toLowerCase() }),
      ...(text === undefined ? {} : { text }),
    };
  };
  return (req: Request): { filters: TaskFilters | null; typed: Typed } => {
    const { query, typed } = readFilters(req, taskFilters, check, clock.now());
    return { filters: query, typed };
  };
}

/** The same where wrong ones end the request. @throws DomainError badQueryParameter (what it returns does) */
export function readTaskFilters(sources: FilterSources) {
  const look = lookAtTaskFilters(sources);
  return (req: Request): { filters: TaskFilters; values: Typed['values'] } => {
    const { filters, typed } = look(req);
    const faults = Object.entries(typed.faults).map(([name, fault]) => `${name}: ${fault}`);
    if (filters === null) throw new DomainError('badQueryParameter', faults.join('; '));
    return { filters, values: typed.values };
  };
}
