import type { Typed } from '../../views/components/field/field.ts';
import type { TaskKind } from '../../views/pages/tasks/taskKinds.ts';

/** What was typed in the form of one kind, for that of another. Nothing is to be removed because it was to be made. */
export function carriedValues(kind: TaskKind, values: Readonly<Record<string, string>>): Typed {
  const { former_kind: former = '', descriptor_version: version, confirm_all: _confirmed, ...kept } = values;
  const isAlike = former.startsWith('extract-') === kind.startsWith('extract-');
  return {
    values: { kind, ...kept, ...(isAlike && version !== undefined ? { descriptor_version: version } : {}) },
    faults: {},
  };
}
