import type { Permission } from '../../../domain/accounts/permission.ts';

export interface EmptyState {
  readonly title: string;
  readonly text: string;
  readonly action: {
    readonly text: string;
    readonly href: string;
    /** What it takes, where not every role that sees the page may. */
    readonly needs?: Permission;
  } | null;
}
