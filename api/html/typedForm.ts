import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Typed } from '../../views/components/field/field.ts';
import { fieldsOf } from './form.ts';
import { hasNoSession, leadTo } from './pageAnswer.ts';

type Values = Readonly<Record<string, string>>;

declare module 'express-session' {
  interface SessionData {
    /** What was typed last and is too long for an address, or too secret. */
    draft: { readonly id: string; readonly values: Values };
  }
}

// Proxies refuse addresses of more than some 8,000 characters.
const longestAddress = 4_000;

// Addresses stay in browsers, proxies and logs: that of a webhook may be its secret, and the others name people.
const notInAddresses = ['url', 'user_data', 'external_ids'];

/** A form as its address fills it in. */
export interface TypedForm {
  readonly kind: string | undefined;
  /** What was asked for when it was sent; undefined: a form that was not sent. */
  readonly step: string | undefined;
  readonly typed: Typed;
}

/**
 * Ends the post of a form that only looks by leading to the page that shows it, with all that was typed: a post has no
 * page that Back could show again. False: it does not belong into an address and there is no session to keep it in.
 */
export function leadToTyped(
  req: Request,
  res: Response,
  path: (kind: string, values: Values) => string,
  { kind = '', step = '', ...values }: Values,
): boolean {
  const filled = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
  let address = path(kind, { step, ...filled });
  if (address.length > longestAddress || notInAddresses.some((name) => filled[name] !== undefined)) {
    if (hasNoSession(req)) return false;
    const id = randomUUID();
    req.session.draft = { id, values: filled };
    address = path(kind, { step, draft: id });
  }
  leadTo(req, res, address);
  return true;
}

/** What {@link leadToTyped} led to, or what a link fills in. */
export function readTypedForm(req: Request): TypedForm {
  const { kind, step, draft: id, ...values } = fieldsOf(req.query, 'badQueryParameter');
  if (step === undefined) return { kind, step, typed: { values, faults: {}, isPrefilled: true } };
  if (id === undefined) return { kind, step, typed: { values: { ...values, kind: kind ?? '' }, faults: {} } };
  const { draft } = req.session;
  if (draft?.id === id)
    return { kind, step, typed: { values: { ...draft.values, kind: kind ?? '' }, faults: {} } };
  return {
    kind,
    step: undefined,
    typed: {
      values: {},
      faults: { form: 'What you typed here is no longer kept. Please enter it again' },
      isPrefilled: true,
    },
  };
}
