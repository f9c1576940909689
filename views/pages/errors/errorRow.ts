import { time, type Time } from '../../components/time/time.ts';
import type { TaskErrorShape } from '../../shapes.ts';

export interface ErrorRow {
  readonly code: string;
  readonly desc: string;
  readonly detail: string;
  readonly object: string;
  readonly isOvercome: boolean;
  readonly time: Time;
}

/** An error of one object, as tables show it. */
export function errorRow(error: TaskErrorShape): ErrorRow {
  return {
    code: String(error.error_code),
    desc: error.desc,
    detail: error.detail,
    object: error.object_id === null ? error.object_type : `${error.object_type} ${error.object_id}`,
    isOvercome: error.is_overcome,
    time: time(error.error_time),
  };
}
