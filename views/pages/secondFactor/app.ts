import { textField, type Field } from '../../components/field/field.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';

export interface AppPage {
  readonly head: PageHead;
  /** Drawn by the server. */
  readonly svg: string;
  readonly text: string;
  readonly field: Field;
  readonly action: string;
  readonly back: string;
}

/** Sets up an authenticator app: scan, then prove that it works. */
export function appPage({
  svg,
  text,
  fault,
}: {
  readonly svg: string;
  readonly text: string;
  readonly fault: string | null;
}): AppPage {
  const typed = { values: {}, faults: fault === null ? {} : { code: fault } };
  return {
    head: { title: 'Authenticator app', section: null },
    svg,
    text,
    field: textField(typed, 'code', 'Code', {
      required: true,
      autocomplete: 'one-time-code',
      maxlength: 16,
      hint: 'The six digits that the app shows.',
      isFirst: true,
    }),
    action: paths.secondFactorApp,
    back: paths.secondFactor,
  };
}
