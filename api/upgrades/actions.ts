import type { Logger } from '../../platform/logger.ts';
import type { Actor } from '../../db/audit/auditStore.ts';
import type { AskedUpgradeAction, UpgradeStore } from '../../db/upgrades/upgradeStore.ts';
import type { ReadSurroundings } from '../../domain/extract/extractContent.ts';
import { freezeUpgrade, type UpgradeRequest } from '../../domain/upgrades/upgrade.ts';
import type { Gateway } from '../../temporal/gateway.ts';
import { createTellEngine } from '../tasks/tellEngine.ts';

export interface UpgradeActionsDeps {
  readonly upgrades: UpgradeStore;
  readonly gateway: Pick<Gateway, 'tellUpgrade'>;
  readonly readSurroundings: ReadSurroundings;
  readonly log: Logger;
}

export type UpgradeActions = ReturnType<typeof createUpgradeActions>;

/** What administrators do to upgrades: the rows first, the workflow second. */
export function createUpgradeActions({ upgrades, gateway, readSurroundings, log }: UpgradeActionsDeps) {
  const tell = createTellEngine(log);
  return {
    /** @throws DomainError validationFailed | noExtractor | upgradeOpen | versionInUse */
    create: async (request: UpgradeRequest, actor: Actor): Promise<number> => {
      const { upgradeId } = await upgrades.create(freezeUpgrade(request, await readSurroundings()), actor);
      await tell(() => gateway.tellUpgrade({ upgradeId }), { upgradeId }, actor);
      return upgradeId;
    },

    /** @throws DomainError upgradeNotFound | cannotActOnUpgrade | upgradeOpen */
    act: async (upgradeId: number, asked: AskedUpgradeAction, actor: Actor): Promise<void> => {
      await upgrades.act(upgradeId, asked, actor);
      await tell(() => gateway.tellUpgrade({ upgradeId }), { upgradeId }, actor);
    },
  };
}
