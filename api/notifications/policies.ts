import { DomainError } from '../../domain/errors.ts';
import type { NotificationPolicy } from '../../domain/tasks/task.ts';
import { checkAddress, GuardedRequestError } from '../../platform/outgoing/guardedRequest.ts';
import { parseDestinations, type Destinations } from '../../platform/outgoing/destinations.ts';

export interface NotificationPolicyBody {
  readonly url: string;
  readonly statuses?: readonly number[];
  readonly secret: string;
}

export interface NotificationPoliciesDeps {
  readonly notificationHosts: readonly string[];
  readonly notificationSecretNames: readonly string[];
}

export type ReadPolicy = (body: NotificationPolicyBody) => NotificationPolicy;

// Cancelled, failed, done.
const ends = [2, 3, 5];

/**
 * Policies as they are stored. What the settings do not allow is refused when it is ordered, and not only when it is
 * sent, where the settings are asked once more. @throws DomainError validationFailed (what it returns does)
 */
export function createPolicyReader(deps: NotificationPoliciesDeps): ReadPolicy {
  const destinations = parseDestinations(deps.notificationHosts);
  return ({ url, statuses = ends, secret }) => {
    const address = toAddress(destinations, url);
    if (address.username !== '' || address.password !== '') {
      throw fault('url', 'must not contain credentials');
    }
    if (!deps.notificationSecretNames.includes(secret)) {
      throw fault('secret', 'NOTIFICATION_SECRETS has no secret of this name');
    }
    return { url: address.href, statuses, secret };
  };
}

function toAddress(destinations: Destinations, url: string): URL {
  try {
    return checkAddress(destinations, url);
  } catch (error) {
    if (!(error instanceof GuardedRequestError)) throw error;
    throw fault('url', `${error.message} (NOTIFICATION_HOSTS)`);
  }
}

function fault(field: string, message: string): DomainError {
  return new DomainError('validationFailed', { path: `notification_policy.${field}`, message });
}
