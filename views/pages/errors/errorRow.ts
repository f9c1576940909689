import type { Permissions } from '../../../domain/accounts/permission.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import type { TaskErrorShape } from '../../shapes.ts';

export interface ErrorRow {
  readonly code: string;
  readonly desc: string;
  readonly detail: string;
  readonly object: string;
  readonly objectId: string | null;
  /** Where the object is shown, as long as it is there; null: nowhere, or not to this role. */
  readonly objectHref: string | null;
  readonly isOvercome: boolean;
  readonly time: Time;
}

/** An error of one object, as tables show it to who has these permissions. */
export function errorRow(error: TaskErrorShape, permissions: Permissions): ErrorRow {
  return {
    code: String(error.error_code),
    desc: error.desc,
    detail: error.detail,
    object: error.object_id === null ? error.object_type : `${error.object_type} ${error.object_id}`,
    objectId: error.object_id,
    objectHref: permissions.has('view') ? hrefOf(error) : null,
    isOvercome: error.is_overcome,
    time: time(error.error_time),
  };
}

function hrefOf({ object_type, object_id }: TaskErrorShape): string | null {
  if (object_id === null) return null;
  if (object_type === 'face') return paths.face(object_id);
  return object_type === 'event' ? paths.event(object_id) : null;
}
