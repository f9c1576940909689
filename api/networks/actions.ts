import type { Logger } from 'pino';
import type { Actor } from '../../db/audit/auditStore.ts';
import type { NetworkCheckStore, OrderedCheck } from '../../db/networks/networkCheckStore.ts';
import type { NetworkQueries } from '../../db/networks/networkQueries.ts';
import { DomainError } from '../../domain/errors.ts';
import { whyUnchecked, type KnownNetwork } from '../../domain/networks/check.ts';
import type { Gateway } from '../../temporal/gateway.ts';
import { createTellEngine } from '../tasks/tellEngine.ts';
import { readVersion } from './readVersions.ts';

export interface NetworkActionsDeps {
  readonly networkChecks: NetworkCheckStore;
  readonly networkQueries: NetworkQueries;
  readonly gateway: Pick<Gateway, 'startNetworkCheck'>;
  readonly extractors: readonly KnownNetwork[];
  readonly log: Logger;
}

export type NetworkActions = ReturnType<typeof createNetworkActions>;

export function createNetworkActions(deps: NetworkActionsDeps) {
  const tell = createTellEngine(deps.log);
  return {
    /**
     * Has a worker check the networks of a version: the row first, the engine second. Where a check is under way, that
     * one is the answer. @throws DomainError networkNotFound | cannotCheck
     */
    check: async (version: number, actor: Actor): Promise<OrderedCheck> => {
      const { networks } = await readVersion(deps, version);
      const why = whyUnchecked(version, networks);
      if (why !== null) throw new DomainError('cannotCheck', why);
      const check = await deps.networkChecks.order(version, actor);
      if (check.isNew) {
        const { checkId } = check;
        await tell(deps.gateway.startNetworkCheck(check), { checkId, version }, actor);
      }
      return check;
    },
  };
}
