import { formatCount } from '../../../assets/words.js';
import {
  folded,
  selectField,
  textField,
  timeField,
  type Field,
  type FieldGroup,
  type Option,
  type Typed,
} from '../../../components/field/field.ts';
import { filterFields, type FilterField } from './filterFields.ts';

/** Counted up to a limit, which a count that is no smaller may stand above. */
interface Counted {
  readonly count: number;
  readonly isMore: boolean;
}

export interface ConditionOffers {
  /** null: too many to choose from; then one is named by its login, of which some are suggested. */
  readonly accounts: readonly AccountChoice[] | null;
  readonly logins: readonly string[];
  /** Those of the chosen account; null: none is chosen, or they are too many to choose from. */
  readonly lists: readonly ListChoice[] | null;
}

export interface AccountChoice {
  readonly account_id: string;
  readonly login: string;
  readonly faces: Counted;
  readonly lists: Counted;
}

export interface ListChoice {
  readonly list_id: string;
  readonly user_data: string;
  readonly faces: Counted;
}

/** Shown at once; the others are folded. */
const common: readonly string[] = [
  ...['account_id', 'list_id', 'create_time__gte', 'create_time__lt', 'user_data'],
  ...['external_ids', 'sources', 'tags'],
];

export function conditionGroups(
  typed: Typed,
  offers: ConditionOffers,
  objects: keyof typeof filterFields,
): FieldGroup[] {
  // The ids of an event stand beside its sources only where those of a face have no such company.
  const isCommon = ({ name }: FilterField): boolean =>
    common.includes(name) && !(objects === 'events' && name === 'external_ids');
  const all = filterFields[objects];
  const rare = all.filter((filter) => !isCommon(filter));
  return [
    {
      title: `Which ${objects}`,
      hint: `Only ${objects} that match every field you fill in.`,
      fields: all.filter(isCommon).map((filter) => conditionField(typed, filter, offers)),
    },
    ...(rare.length === 0
      ? []
      : [
          folded(typed, (given) => ({
            title: 'More conditions',
            hint: null,
            fields: rare.map((filter) => conditionField(given, filter, offers)),
          })),
        ]),
  ];
}

function conditionField(typed: Typed, filter: FilterField, offers: ConditionOffers): Field {
  const { name, label, kind, hint } = filter;
  switch (kind) {
    case 'uuids':
    case 'texts':
      return textField(typed, name, label, { kind: 'textarea', hint });
    case 'text':
      return textField(typed, name, label, { hint, maxlength: 128 });
    case 'uuid':
      return choiceField(typed, filter, offers);
    case 'time':
      return timeField(typed, name, label, { hint });
  }
}

function choiceField(typed: Typed, { name, label, hint }: FilterField, offers: ConditionOffers): Field {
  const isAccount = name === 'account_id';
  const choices = isAccount ? offers.accounts?.map(accountOption) : offers.lists?.map(listOption);
  if (choices === undefined) {
    return textField(typed, name, label, {
      hint: isAccount ? 'Its login or id.' : 'An id. Choose an account to pick its list.',
      suggestions: isAccount ? offers.logins.map((login) => ({ value: login, text: login })) : [],
    });
  }
  const { [name]: chosen = '' } = typed.values;
  const isKnown = chosen === '' || choices.some(({ value }) => value === chosen);
  return selectField(typed, name, label, {
    hint,
    options: [
      { value: '', text: isAccount ? 'Any account' : 'Any list, or none' },
      ...choices,
      ...(isKnown ? [] : [{ value: chosen, text: `${chosen} (not found)` }]),
    ],
  });
}

function accountOption({ account_id, login, faces, lists }: AccountChoice): Option {
  return { value: account_id, text: `${login} · ${counted(faces, 'face')}, ${counted(lists, 'list')}` };
}

function listOption({ list_id, user_data, faces }: ListChoice): Option {
  return { value: list_id, text: `${user_data === '' ? list_id : user_data} · ${counted(faces, 'face')}` };
}

function counted({ count, isMore }: Counted, thing: string): string {
  return `${formatCount(count)}${isMore ? '+' : ''} ${thing}${count === 1 ? '' : 's'}`;
}
