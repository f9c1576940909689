import type { Database } from '../sql/connection.ts';
import { createConditions, type Conditions } from '../sql/conditions.ts';
import { offsetOf, type Paging } from '../sql/paging.ts';

export interface ListFilters {
  readonly accountId?: string;
}

export interface ListRow {
  readonly listId: string;
  readonly accountId: string;
  readonly userData: string;
  readonly faceCount: number;
  readonly lastUpdateTime: Date;
}

export type ListChoiceRow = Pick<ListRow, 'listId' | 'userData' | 'faceCount'>;

export type ListQueries = ReturnType<typeof createListQueries>;

// Faces are counted only for the lists that are shown.
const columns = `list_id "listId", l.account_id "accountId", l.user_data "userData", l.last_update_time "lastUpdateTime",
  (select count(*) from list_faces f where f.list_id = l.list_id) "faceCount"`;

/** Named lists of faces. */
export function createListQueries(db: Database) {
  return {
    /** Those that changed last come first, with the count of all that the filter matches. */
    page: async (filters: ListFilters, paging: Paging): Promise<{ lists: ListRow[]; count: number }> => {
      const conditions = conditionsOf(filters);
      const [counted] = await db.query<{ count: number }>(
        `select count(*) from lists ${conditions.where()}`,
        conditions.binds,
      );
      const where = conditions.where();
      const limit = conditions.bind(paging.pageSize);
      const offset = conditions.bind(offsetOf(paging));
      const lists = await db.query<ListRow>(
        `select ${columns}
         from (select list_id from lists ${where}
           order by last_update_time desc, list_id desc limit ${limit} offset ${offset}) page
         join lists l using (list_id)
         order by l.last_update_time desc, list_id desc`,
        conditions.binds,
      );
      return { lists, count: counted?.count ?? 0 };
    },

    /** Lists of an account by name, with their faces counted up to `countedTo`; null: more lists than `limit`. */
    choices: async (accountId: string, limit: number, countedTo: number): Promise<ListChoiceRow[] | null> => {
      const rows = await db.query<ListChoiceRow>(
        `select list_id "listId", user_data "userData",
           (select count(*) from (select from list_faces f where f.list_id = l.list_id limit $3) few) "faceCount"
         from (select list_id, user_data from lists where account_id = $1 limit $2) l order by user_data, list_id`,
        [accountId, limit + 1, countedTo + 1],
      );
      return rows.length > limit ? null : rows;
    },

    find: async (listId: string): Promise<ListRow | null> => {
      const [row] = await db.query<ListRow>(`select ${columns} from lists l where list_id = $1`, [listId]);
      return row ?? null;
    },
  };
}

function conditionsOf({ accountId }: ListFilters): Conditions {
  const conditions = createConditions();
  if (accountId !== undefined) conditions.add('account_id = $?::uuid', accountId);
  return conditions;
}
