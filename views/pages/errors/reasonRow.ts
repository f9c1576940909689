import { errorOfCode } from '../../../domain/errors.ts';
import { formatCount } from '../../assets/words.js';
import { eventPicture, type Picture } from '../../components/picture/picture.ts';
import { time, type Time } from '../../components/time/time.ts';
import { paths } from '../../paths.ts';
import { errorAdvice } from '../documents/errorAdvice.ts';

/** Errors of one code that say the same but for what is of their objects alone. */
export interface ErrorReasonShape {
  readonly error_code: number;
  readonly desc: string;
  readonly reason: string;
  readonly open: number;
  readonly resolved: number;
  readonly tasks: number;
  readonly is_retryable: boolean;
  readonly first_time: string;
  /** Whether none is earlier. */
  readonly is_first: boolean;
  readonly last_time: string;
  /** Of the newest one. */
  readonly detail: string;
  readonly objects: readonly {
    readonly type: string;
    readonly id: string;
    readonly picture: 'face' | 'body' | null;
  }[];
}

export interface ReasonRow {
  readonly code: string;
  readonly codeHref: string;
  readonly desc: string;
  readonly detail: string;
  readonly counts: string;
  readonly isOpen: boolean;
  readonly first: Time;
  /** Said beside it. */
  readonly firstWords: string;
  readonly last: Time;
  readonly advice: string;
  readonly pictures: readonly { readonly picture: Picture; readonly href: string }[];
  /** Leads to what a retry would do; null: there is nothing to retry. */
  readonly retry: string | null;
}

export function reasonRow(group: ErrorReasonShape, most: number): ReasonRow {
  const name = errorOfCode(group.error_code);
  const isAll = group.open < most && group.resolved < most;
  const tasks =
    group.tasks === 1 && isAll ? '1 task' : `${formatCount(group.tasks)}${isAll ? '' : '+'} tasks`;
  return {
    code: String(group.error_code),
    codeHref: paths.errorCode(group.error_code),
    desc: group.desc,
    detail: group.detail,
    counts: `${openWords(group.open, group.resolved, most)} in ${tasks}`,
    isOpen: group.open > 0,
    first: time(group.first_time),
    firstWords: group.is_first ? '' : 'or earlier',
    last: time(group.last_time),
    advice: name === undefined ? '' : errorAdvice[name],
    pictures: group.objects.map(({ type, id, picture }) => ({
      picture: eventPicture(id, picture === null ? [] : [picture], `${type} ${id}`),
      href: type === 'face' ? paths.face(id) : paths.event(id),
    })),
    retry: group.is_retryable
      ? paths.retryErrors({ error_code: group.error_code, reason: group.reason })
      : null,
  };
}

/** `0 open, 103 resolved`; what reaches `most` was not counted any further. */
export function openWords(open: number, resolved: number, most: number): string {
  const words = (count: number) => `${formatCount(Math.min(count, most))}${count >= most ? '+' : ''}`;
  return open >= most
    ? `${words(open)} open`
    : `${formatCount(open)} open, ${formatCount(resolved)} resolved`;
}
