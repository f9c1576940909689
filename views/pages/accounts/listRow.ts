import { formatCount } from '../../assets/words.js';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { ListShape } from '../../shapes.ts';

export interface ListRow {
  readonly id: string;
  readonly href: string;
  readonly userData: string;
  readonly faces: string;
  readonly updated: Time;
}

export function listRow(list: ListShape): ListRow {
  return {
    id: list.list_id,
    href: paths.list(list.list_id),
    userData: list.user_data,
    faces: formatCount(list.face_count),
    updated: time(list.last_update_time),
  };
}
