export interface ListToShow {
  readonly listId: string;
  readonly accountId: string;
  readonly userData: string;
  readonly faceCount: number;
  readonly lastUpdateTime: Date;
}

export function presentList(list: ListToShow) {
  return {
    list_id: list.listId,
    account_id: list.accountId,
    last_update_time: list.lastUpdateTime.toISOString(),
    face_count: list.faceCount,
    user_data: list.userData,
  };
}
