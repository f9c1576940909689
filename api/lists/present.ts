import type { ListRow } from '../../db/faces/listQueries.ts';

export function presentList(list: ListRow) {
  return {
    list_id: list.listId,
    account_id: list.accountId,
    last_update_time: list.lastUpdateTime.toISOString(),
    face_count: list.faceCount,
    user_data: list.userData,
  };
}
