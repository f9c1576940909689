import type { Changes } from '../changes/changes.ts';
import type { Time } from '../time/time.ts';

/** Why a form was not saved: what others did to the same thing since it was opened. */
export interface Conflict {
  /** What was changed. */
  readonly thing: string;
  /** Newest first. */
  readonly acts: readonly Act[];
  /** The form with what is saved now. */
  readonly href: string;
}

interface Act {
  readonly action: string;
  readonly who: string;
  readonly time: Time;
  readonly changes: Changes;
}
