interface Common {
  readonly name: string;
  readonly label: string;
  readonly hint: string | null;
  readonly error: string | null;
}

export interface TextField extends Common {
  readonly kind: 'text' | 'password' | 'number' | 'textarea';
  readonly value: string;
  readonly required: boolean;
  /** null: as the browser likes, which then also fills it in again when somebody comes back to the page. */
  readonly autocomplete: string | null;
  readonly maxlength: number | null;
  /** Where the typing begins when its page or panel opens. */
  readonly isFirst: boolean;
  /** Suggestions that may be picked or ignored. */
  readonly suggestions: readonly Option[];
}

export interface SelectField extends Common {
  readonly kind: 'select';
  readonly value: string;
  readonly options: readonly Option[];
}

/** A relative time or an exact one as a text, or one picked beside it, which is sent under `pickedName`. */
export interface TimeField extends Common {
  readonly kind: 'time';
  readonly value: string;
  readonly pickedName: string;
  readonly picked: string;
  readonly suggestions: readonly Option[];
}

export interface CheckField extends Common {
  readonly kind: 'check';
  readonly checked: boolean;
}

/** Several boxes that answer one question; each is sent by a name of its own. */
export interface ChecksField extends Common {
  readonly kind: 'checks';
  readonly boxes: readonly { readonly name: string; readonly label: string; readonly checked: boolean }[];
}

/** One of some values, or another that is typed after the last of them and sent under a name of its own. */
export interface ChoiceField extends Common {
  readonly kind: 'choice';
  readonly value: string;
  readonly options: readonly Option[];
  readonly other: { readonly name: string; readonly label: string; readonly value: string };
  /** Short ones stand in one line, and the other is a text. */
  readonly isInLine: boolean;
}

export interface Option {
  readonly value: string;
  readonly text: string;
}

export type Field = TextField | SelectField | TimeField | CheckField | ChecksField | ChoiceField;

export interface FieldGroup {
  readonly title: string;
  readonly hint: string | null;
  readonly fields: readonly Field[];
  /** Of a group of rare fields. */
  readonly fold?: 'open' | 'closed';
}

/** What somebody typed and what is wrong with it, by the field's name. */
export interface Typed {
  readonly values: Readonly<Record<string, string>>;
  readonly faults: Readonly<Record<string, string>>;
  /** The values are an address's: what it does not name is as in an empty form. */
  readonly isPrefilled?: boolean;
}

export const nothingTyped: Typed = { values: {}, faults: {} };

type TextOptions = Partial<Omit<TextField, 'name' | 'label' | 'value' | 'error'>>;

export function textField(typed: Typed, name: string, label: string, options: TextOptions = {}): TextField {
  return {
    kind: 'text',
    hint: null,
    required: false,
    autocomplete: null,
    maxlength: null,
    isFirst: false,
    suggestions: [],
    ...options,
    name,
    label,
    // A password never travels back to the browser.
    value: options.kind === 'password' ? '' : (typed.values[name] ?? ''),
    error: typed.faults[name] ?? null,
  };
}

export function selectField(
  typed: Typed,
  name: string,
  label: string,
  {
    options,
    hint = null,
    initial = '',
  }: { options: readonly Option[]; hint?: string | null; initial?: string },
): SelectField {
  return {
    kind: 'select',
    name,
    label,
    hint,
    options,
    value: typed.values[name] ?? initial,
    error: typed.faults[name] ?? null,
  };
}

const agoSuggestions: readonly Option[] = [
  { value: 'now-1d', text: '24 hours ago' },
  { value: 'now-7d', text: '7 days ago' },
  { value: 'now-30d', text: '30 days ago' },
  { value: 'now-90d', text: '90 days ago' },
  { value: 'now-365d', text: '365 days ago' },
];

/** The name of the time that is picked beside the text of a field. */
export const pickedName = (name: string): string => `${name}_at`;

export function timeField(
  typed: Typed,
  name: string,
  label: string,
  { hint = null }: { hint?: string | null } = {},
): TimeField {
  return {
    kind: 'time',
    name,
    label,
    hint,
    value: typed.values[name] ?? '',
    pickedName: pickedName(name),
    picked: typed.values[pickedName(name)] ?? '',
    suggestions: agoSuggestions,
    error: typed.faults[name] ?? null,
  };
}

/** The name of what is typed instead of the choices of a field. */
export const otherName = (name: string): string => `${name}_other`;

export function choiceField(
  typed: Typed,
  name: string,
  label: string,
  {
    options,
    hint = null,
    other,
    isInLine = false,
  }: { options: readonly Option[]; hint?: string | null; other: string; isInLine?: boolean },
): ChoiceField {
  const { [name]: value = '', [otherName(name)]: typedOther = '' } = typed.values;
  const isOffered = options.some((option) => option.value === value);
  return {
    kind: 'choice',
    name,
    label,
    hint,
    options,
    isInLine,
    value: isOffered ? value : '',
    other: { name: otherName(name), label: other, value: isOffered || value === '' ? typedOther : value },
    error: typed.faults[name] ?? null,
  };
}

/** A group of rare fields: open only if one of them is filled in or wrong. */
export function folded(typed: Typed, build: (typed: Typed) => FieldGroup): FieldGroup {
  const group = build(typed);
  const isUnused = JSON.stringify(group.fields) === JSON.stringify(build(nothingTyped).fields);
  return { ...group, fold: isUnused ? 'closed' : 'open' };
}

/** `initial` holds until the form has been sent: then an absent box is an unticked one. */
export function checkField(
  typed: Typed,
  name: string,
  label: string,
  { hint = null, initial = false }: { hint?: string | null; initial?: boolean } = {},
): CheckField {
  return {
    kind: 'check',
    name,
    label,
    hint,
    checked: isTicked(typed, name, initial),
    error: typed.faults[name] ?? null,
  };
}

export function checksField(
  typed: Typed,
  name: string,
  label: string,
  boxes: readonly { readonly name: string; readonly label: string; readonly initial: boolean }[],
): ChecksField {
  return {
    kind: 'checks',
    name,
    label,
    hint: null,
    boxes: boxes.map(({ initial, ...box }) => ({ ...box, checked: isTicked(typed, box.name, initial) })),
    error: typed.faults[name] ?? null,
  };
}

function isTicked({ values, isPrefilled = false }: Typed, name: string, initial: boolean): boolean {
  if (values[name] !== undefined) return true;
  return initial && (isPrefilled || Object.keys(values).length === 0);
}
