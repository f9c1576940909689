import {
  permissionTable,
  type Permission,
  type Permissions,
  type Role,
} from '../../../domain/accounts/permission.ts';
import { fact, type Fact } from '../../components/facts/facts.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { roleNames } from '../accounts/accountRow.ts';

export interface OwnAccountInput {
  readonly login: string;
  readonly role: Role;
  readonly permissions: Permissions;
}

export interface OwnAccountPage {
  readonly head: PageHead;
  readonly login: string;
  readonly facts: readonly Fact[];
  readonly permissions: readonly { readonly meaning: string; readonly isGiven: boolean }[];
  readonly password: string;
  readonly tokens: string;
}

/** The account of whoever looks at it. */
export function ownAccountPage({ login, role, permissions }: OwnAccountInput): OwnAccountPage {
  return {
    head: { title: 'Your account', section: null },
    login,
    facts: [fact('Login', login), fact('Role', roleNames[role])],
    permissions: (Object.keys(permissionTable) as Permission[]).map((name) => ({
      meaning: permissionTable[name].meaning,
      isGiven: permissions.has(name),
    })),
    password: paths.password,
    tokens: paths.tokens,
  };
}
