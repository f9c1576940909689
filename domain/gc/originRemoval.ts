/** An image that is to be removed where it lies, because its object is gone. */
export interface OriginRemoval {
  readonly objectId: string;
  readonly originNo: number;
  readonly url: string;
  /** How often it was tried already. */
  readonly attempts: number;
}

/** What became of one try; `status` is what the origin answered, else nobody did. */
export type OriginAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

export type OriginOutcome =
  | { readonly kind: 'removed' }
  /** Trying again makes no sense until somebody has changed something. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'again'; readonly reason: string; readonly afterMs: number };

const attemptsInAll = 5;
const firstDelayMs = 1_000;

const gone = new Set([404, 410]);
// Timeouts, "too early" and "too many requests" pass; other answers below 500 stay what they are.
const passing = new Set([408, 425, 429]);

export function judgeOrigin(answer: OriginAnswer, attemptsBefore: number): OriginOutcome {
  if (answer.kind === 'forbidden') return { kind: 'refused', reason: answer.reason };
  if (answer.kind === 'unreachable') return again(answer.reason, attemptsBefore);
  const { status } = answer;
  if ((status >= 200 && status < 300) || gone.has(status)) return { kind: 'removed' };
  if (status >= 500 || passing.has(status)) return again(`answered ${status}`, attemptsBefore);
  return {
    kind: 'refused',
    reason:
      status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`,
  };
}

function again(reason: string, attemptsBefore: number): OriginOutcome {
  const attempts = attemptsBefore + 1;
  if (attempts >= attemptsInAll) return { kind: 'refused', reason: `${reason} (${attempts} attempts)` };
  return { kind: 'again', reason, afterMs: firstDelayMs * 2 ** attemptsBefore };
}

/** What became of the try to remove a file whose rows are gone. */
export interface FileOutcome {
  readonly storageKey: string;
  /** Why it is still there; null: it is gone. */
  readonly refusal: string | null;
}
