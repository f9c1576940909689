import type { TextField } from '../field/field.ts';

/** A button that first says what it will do: opens without JavaScript, and posts only at the second press. */
export interface Confirm {
  readonly text: string;
  readonly consequence: string;
  readonly action: string;
  readonly button: string;
  /** Nothing is lost by it. */
  readonly isHarmless?: boolean;
  readonly field?: TextField;
}
