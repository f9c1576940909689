import { randomBytes } from 'node:crypto';
import { v7 as newUuid } from 'uuid';
import type { Stores } from '../../../db/stores.ts';
import { demandAdministrator, type Account } from '../../../domain/accounts/account.ts';
import { loginOfClaims, roleOfClaims, type ClaimRules } from '../../../domain/accounts/claims.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Passwords } from '../../../platform/crypto/passwords.ts';
import type { Actor } from '../../../db/audit/auditStore.ts';
import type { Authenticator, SignedIn } from '../auth/authenticator.ts';
import type { CompletedLogin } from './provider.ts';

export interface OidcSignInDeps {
  readonly accounts: Pick<Stores['accounts'], 'register' | 'change'>;
  readonly accountIdentities: Stores['accountIdentities'];
  readonly passwords: Pick<Passwords, 'hash'>;
  readonly authenticator: Pick<Authenticator, 'byOwnProof' | 'forget'>;
  readonly issuer: string;
  readonly rules: ClaimRules;
}

/** Which account somebody is whom the provider has vouched for; it is made at the first log-in, and its role kept true. */
export function createOidcSignIn(deps: OidcSignInDeps) {
  const { accounts, accountIdentities, issuer, rules } = deps;

  const find = async (accountId: string): Promise<SignedIn> => {
    const found = await deps.authenticator.byOwnProof(accountId);
    if (found === null) throw new DomainError('singleSignOnRefused', 'the account is disabled or gone');
    return found;
  };

  const make = async ({ claims, subject }: CompletedLogin, actor: Actor): Promise<string> => {
    const role = roleOrRefuse(roleOfClaims(claims, rules), rules);
    const login = loginOfClaims(claims, rules);
    const accountId = newUuid();
    const by = { ...actor, login, accountId };
    // Nobody knows this password: the account logs in at the provider alone.
    const passwordHash = await deps.passwords.hash(randomBytes(32).toString('base64url'));
    try {
      await accounts.register(
        { accountId, login, passwordHash, accountType: 'admin', description: 'Single sign-on', role },
        by,
      );
    } catch (error) {
      if (!(error instanceof DomainError) || error.error !== 'accountExists') throw error;
      // Whoever may choose an address at the provider must not get an account here by it.
      throw new DomainError(
        'singleSignOnRefused',
        `an account ${login} exists already; log in with its password and connect it on the page of your account`,
      );
    }
    await accountIdentities.connect({ issuer, subject }, { accountId, managed: true }, by);
    return accountId;
  };

  const follow = async (
    account: Account,
    { claims, subject }: CompletedLogin,
    actor: Actor,
  ): Promise<void> => {
    const role = roleOfClaims(claims, rules);
    if (role === null) {
      await accountIdentities.endSessions({ issuer, subject }, { ...actor, login: 'single sign-on' });
      roleOrRefuse(role, rules);
    } else if (role !== account.role) {
      const { accountId, login, accountType, description, seesPictures } = account;
      await accounts.change(
        accountId,
        { accountType, description, seesPictures, role },
        { ...actor, accountId, login },
      );
      deps.authenticator.forget(accountId);
    }
  };

  return {
    /** @throws DomainError singleSignOnRefused | forbidden | lastAdmin */
    signIn: async (completed: CompletedLogin, actor: Actor): Promise<SignedIn> => {
      const identity = { issuer, subject: completed.subject };
      const known = await accountIdentities.find(identity);
      if (known === null) return find(await make(completed, actor));
      const { account } = await find(known.accountId);
      demandAdministrator(account);
      if (known.managed) await follow(account, completed, actor);
      await accountIdentities.noteLogin(identity);
      return find(known.accountId);
    },

    /** Whether it is whom the account is connected with. */
    isOwner: async ({ subject }: CompletedLogin, accountId: string): Promise<boolean> =>
      (await accountIdentities.find({ issuer, subject }))?.accountId === accountId,

    /** From now on the account is also whoever this is at the provider. @throws DomainError singleSignOnRefused */
    connect: ({ subject }: CompletedLogin, accountId: string, actor: Actor): Promise<void> =>
      accountIdentities.connect({ issuer, subject }, { accountId, managed: false }, actor),
  };
}

function roleOrRefuse<Role>(role: Role | null, { roleClaim }: ClaimRules): Role {
  if (role === null)
    throw new DomainError(
      'singleSignOnRefused',
      `none of your values of ${roleClaim} at the provider has a role here`,
    );
  return role;
}
