import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface GoneInput {
  readonly kind: 'face' | 'event';
  readonly objectId: string;
  readonly taskId: number;
  /** ISO 8601. */
  readonly time: string;
}

export interface GonePage {
  readonly head: PageHead;
  readonly title: string;
  readonly id: string;
  readonly task: { readonly text: string; readonly href: string };
  readonly day: string;
  readonly certify: string;
}

/** In place of a face or an event that a gc has removed. */
export function gonePage({ kind, objectId, taskId, time }: GoneInput): GonePage {
  const title = kind === 'face' ? 'Face not found' : 'Event not found';
  return {
    head: { title, section: null },
    title,
    id: objectId,
    task: { text: `task ${taskId}`, href: paths.task(taskId) },
    day: time.slice(0, 10),
    certify: paths.certifyObject(kind, objectId),
  };
}
