import type { Typed } from '../../components/field/field.ts';
import { paths } from '../../paths.ts';

/** The task that a form was filled in from. */
export interface FromTask {
  readonly taskId: string;
  readonly href: string;
  /** Whether times of it are in the form: they were frozen when it was created. */
  readonly hasTimes: boolean;
}

export function fromTask({ values }: Typed): FromTask | null {
  const { from } = values;
  if (from === undefined || !/^[1-9]\d{0,14}$/.test(from)) return null;
  return {
    taskId: from,
    href: paths.task(Number(from)),
    hasTimes: Object.entries(values).some(
      ([name, value]) => /_time__(gte|lt)$/.test(name) && /^\d/.test(value),
    ),
  };
}
