import type { TextField } from '../field/field.ts';

/** Stands for a number, in steps that are even in ratio: views/assets/slider.js. */
interface Slider {
  readonly label: string;
  readonly place: number;
  /** Where there is no limit. */
  readonly end: number;
  readonly words: string;
}

/** A button that first says what it will do, in a panel over the page: also without JavaScript only a second press posts. */
export interface Confirm {
  readonly text: string;
  readonly consequence: string;
  /** No two on a page have the same. */
  readonly action: string;
  readonly button: string;
  /** Nothing is lost by it. */
  readonly isHarmless?: boolean;
  /** In a row of a list. */
  readonly isSmall?: boolean;
  readonly field?: TextField;
  /** Sent along unseen. */
  readonly hidden?: readonly { readonly name: string; readonly value: string }[];
  /** With a field: the page without what was typed. */
  readonly leave?: string;
  /** For the field, where scripts run. */
  readonly slider?: Slider;
}
