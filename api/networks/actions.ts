import type { Logger } from 'pino';
import type { Actor } from '../../db/audit/auditStore.ts';
import type { DefaultVersionStore } from '../../db/networks/defaultVersionStore.ts';
import type { NetworkCheckStore, OrderedCheck } from '../../db/networks/networkCheckStore.ts';
import type { NetworkQueries } from '../../db/networks/networkQueries.ts';
import { DomainError } from '../../domain/errors.ts';
import { describedKinds, whyUnchecked, type KnownNetwork } from '../../domain/networks/check.ts';
import type { DescribedKind } from '../../domain/extract/networks.ts';
import type { Gateway } from '../../temporal/gateway.ts';
import { createTellEngine } from '../tasks/tellEngine.ts';
import { readVersion } from './readVersions.ts';

export interface NetworkActionsDeps {
  readonly networkChecks: NetworkCheckStore;
  readonly networkQueries: NetworkQueries;
  readonly defaultVersions: Pick<DefaultVersionStore, 'switch'>;
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
        await tell(() => deps.gateway.startNetworkCheck(check), { checkId, version }, actor);
      }
      return check;
    },

    /**
     * Makes a version the default of `kind`, or of the only kind that it makes: for all processes, from now on.
     * @returns the kind
     * @throws DomainError networkNotFound | cannotBeDefault | versionInUse
     */
    makeDefault: async (
      version: number,
      wanted: DescribedKind | undefined,
      actor: Actor,
    ): Promise<DescribedKind> => {
      const { networks } = await readVersion(deps, version);
      const kinds = describedKinds(networks);
      const kind = wanted ?? (kinds.length === 1 ? kinds[0] : undefined);
      if (kind === undefined || !kinds.includes(kind)) {
        const made = kinds.length === 0 ? 'no descriptors' : `descriptors of ${kinds.join(' and ')}`;
        throw new DomainError('cannotBeDefault', `the networks of version ${version} make ${made}`);
      }
      await deps.defaultVersions.switch(kind, version, actor);
      return kind;
    },
  };
}
