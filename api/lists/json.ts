import type { Stores } from '../../db/stores.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { presentList } from './present.ts';
import { inputOf } from '../http/requestContext.ts';

interface ListsInput {
  query: { page: number; page_size: number; account_id?: string };
}

export function listRoutes({ listQueries }: Pick<Stores, 'listQueries'>): Handlers {
  return {
    getLists: async (req, res) => {
      const { page, page_size: pageSize, account_id: accountId } = inputOf<ListsInput>(req).query;
      const filters = accountId === undefined ? {} : { accountId };
      const { lists, count } = await listQueries.page(filters, { page, pageSize });
      res.json({ lists: lists.map(presentList), list_count: count });
    },

    getList: async (req, res) => {
      const { list_id: listId } = inputOf<{ params: { list_id: string } }>(req).params;
      const list = await listQueries.find(listId);
      if (list === null) throw new DomainError('listNotFound', `list ${listId}`);
      res.json(presentList(list));
    },
  };
}
