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
  /** null: there is no provider. `connections`: who the account is there. */
  readonly singleSignOn: { readonly name: string; readonly connections: readonly string[] } | null;
}

export interface OwnAccountPage {
  readonly head: PageHead;
  readonly login: string;
  readonly facts: readonly Fact[];
  readonly permissions: readonly { readonly meaning: string; readonly isGiven: boolean }[];
  readonly password: string;
  readonly tokens: string;
  readonly sessions: string;
  readonly secondFactor: string;
  readonly connect: { readonly text: string; readonly action: string } | null;
}

/** The account of whoever looks at it. */
export function ownAccountPage({ login, role, permissions, singleSignOn }: OwnAccountInput): OwnAccountPage {
  return {
    head: { title: 'Your account', section: null },
    login,
    facts: [fact('Login', login), fact('Role', roleNames[role]), ...connected(singleSignOn)],
    permissions: (Object.keys(permissionTable) as Permission[]).map((name) => ({
      meaning: permissionTable[name].meaning,
      isGiven: permissions.has(name),
    })),
    password: paths.password,
    tokens: paths.tokens,
    sessions: paths.ownSessions,
    secondFactor: paths.secondFactor,
    connect:
      singleSignOn === null || singleSignOn.connections.length > 0
        ? null
        : { text: `Connect ${singleSignOn.name}`, action: paths.oidcConnect },
  };
}

function connected(singleSignOn: OwnAccountInput['singleSignOn']): Fact[] {
  if (singleSignOn === null || singleSignOn.connections.length === 0) return [];
  return [fact(`Connected with ${singleSignOn.name}`, singleSignOn.connections.join(', '))];
}
