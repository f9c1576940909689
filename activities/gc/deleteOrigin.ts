import type { OriginAnswer } from '../../domain/gc/originRemoval.ts';
import { GuardedRequestError, type GuardedRequest } from '../../platform/guardedRequest.ts';

/** Asks an image's origin to remove it, and says what came of it; rejects only when the signal fires. */
export function createOriginDeletion(client: Pick<GuardedRequest, 'send'>) {
  return async (url: string, signal: AbortSignal): Promise<OriginAnswer> => {
    try {
      return { kind: 'answered', status: await client.send({ method: 'DELETE', url, signal }) };
    } catch (error) {
      if (!(error instanceof GuardedRequestError)) throw error;
      return {
        kind: error.failure === 'refused' ? 'forbidden' : 'unreachable',
        reason: error.message,
      };
    }
  };
}
