import { formatCount } from '../../assets/words.js';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import { listName } from '../lists/listName.ts';
import type { ListShape } from '../../shapes.ts';

export interface ListRow {
  readonly id: string;
  readonly name: string;
  readonly href: string;
  readonly faces: string;
  readonly updated: Time;
}

export function listRow(list: ListShape): ListRow {
  return {
    id: list.list_id,
    name: listName(list),
    href: paths.list(list.list_id),
    faces: formatCount(list.face_count),
    updated: time(list.last_update_time),
  };
}
