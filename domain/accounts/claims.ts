import { DomainError } from '../errors.ts';
import { roles, type Role } from './permission.ts';

/** What an ID token says, as far as it matters here; checked by whoever has read it. */
export type Claims = Readonly<Record<string, unknown>>;

export interface ClaimRules {
  readonly loginClaim: string;
  readonly roleClaim: string;
  /** Roles by the values of that claim. */
  readonly roles: Readonly<Record<string, Role>>;
}

/** The one that allows most, of all values of the claim; null: none of them has a role. */
export function roleOfClaims(claims: Claims, { roleClaim, roles: byValue }: ClaimRules): Role | null {
  const given = claims[roleClaim];
  const values = Array.isArray(given) ? given : [given];
  const found = values.flatMap((value) =>
    typeof value === 'string' && Object.hasOwn(byValue, value) ? (byValue[value] ?? []) : [],
  );
  return found.sort((a, b) => rank(b) - rank(a))[0] ?? null;
}

/** An auditor sees less of the tasks than a viewer, but what is seen is the more delicate. */
const rank = (role: Role): number => roles.indexOf(role);

/** @throws DomainError singleSignOnRefused */
export function loginOfClaims(claims: Claims, { loginClaim }: ClaimRules): string {
  const login = claims[loginClaim];
  if (typeof login !== 'string' || !/^[^\p{C}\s]{3,128}$/u.test(login))
    throw new DomainError('singleSignOnRefused', `the claim ${loginClaim} holds no login`);
  if (loginClaim === 'email' && claims['email_verified'] === false)
    throw new DomainError('singleSignOnRefused', 'the e-mail address is not verified');
  return login.toLowerCase();
}

/** With which claims a log-in at the provider counts as one with a second factor; both empty: with none. */
export interface StrengthRules {
  readonly acr: readonly string[];
  readonly amr: readonly string[];
}

/** Whether the provider says that it has asked for more than a password. Without a word of it, it has not. */
export function isStrongLogin({ acr, amr }: Claims, rules: StrengthRules): boolean {
  const methods = Array.isArray(amr) ? amr : [];
  return (
    (typeof acr === 'string' && rules.acr.includes(acr)) ||
    methods.some((method) => typeof method === 'string' && rules.amr.includes(method))
  );
}
