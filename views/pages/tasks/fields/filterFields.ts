/** How a condition is typed: one id or text, several of them, or a time. */
export interface FilterField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'uuid' | 'uuids' | 'text' | 'texts' | 'time';
  readonly hint: string;
}

const severalIds = 'Any of these, separated by commas or new lines.';
const severalTexts = 'Any of these, one per line.';
const time = 'Such as now-30d (s m h d w M y). Times are UTC.';

const account: FilterField = {
  name: 'account_id',
  label: 'Account',
  kind: 'uuid',
  hint: 'Only those of this account.',
};
const userData: FilterField = {
  name: 'user_data',
  label: 'User data',
  kind: 'text',
  hint: 'Exactly this text.',
};
const externalIds: FilterField = {
  name: 'external_ids',
  label: 'External ids',
  kind: 'texts',
  hint: severalTexts,
};

function ids(name: string, label: string): FilterField {
  return { name, label, kind: 'uuids', hint: severalIds };
}

function texts(name: string, label: string): FilterField {
  return { name, label, kind: 'texts', hint: severalTexts };
}

function times(name: string, label: string): FilterField[] {
  return [
    { name: `${name}__gte`, label: `${label} from`, kind: 'time', hint: time },
    { name: `${name}__lt`, label: `${label} before`, kind: 'time', hint: time },
  ];
}

/** Every condition that a task may set, by what it selects. Forms show them and are read by them. */
export const filterFields: Readonly<Record<'faces' | 'events' | 'samples', readonly FilterField[]>> = {
  faces: [
    account,
    { name: 'list_id', label: 'List', kind: 'uuid', hint: 'Only faces of this list.' },
    userData,
    ...times('create_time', 'Created'),
    externalIds,
    ids('face_ids', 'Face ids'),
    ids('event_ids', 'Event ids'),
  ],
  events: [
    account,
    userData,
    texts('sources', 'Sources'),
    ...times('create_time', 'Created'),
    texts('tags', 'Tags'),
    ...times('end_time', 'Ended'),
    ...times('insert_time', 'Inserted'),
    externalIds,
    texts('track_ids', 'Track ids'),
    ids('handler_ids', 'Handler ids'),
    ids('event_ids', 'Event ids'),
  ],
  samples: times('create_time', 'Created'),
};
