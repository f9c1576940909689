import type { Response } from 'express';
import type { UpgradeAction } from '../../domain/upgrades/actions.ts';
import type { UpgradeRequest, UpgradeStep } from '../../domain/upgrades/upgrade.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, inputOf } from '../http/requestContext.ts';
import type { UpgradeActions } from './actions.ts';
import { presentStepWithReport } from './present.ts';
import { presentUpgrades, readUpgrade, type UpgradeSources } from './readUpgrades.ts';

export interface UpgradesDeps extends UpgradeSources {
  readonly upgradeActions: UpgradeActions;
}

interface OneUpgrade {
  params: { upgrade_id: number };
}

export function upgradeRoutes(deps: UpgradesDeps): Handlers {
  const { upgradeQueries, upgradeActions } = deps;
  const show = async (res: Response, upgradeId: number): Promise<void> => {
    const { row, upgrade } = await readUpgrade(deps, upgradeId);
    res.json({ ...upgrade, steps: row.steps.map(presentStepWithReport) });
  };
  return {
    getUpgrades: async (req, res) => {
      const { query } = inputOf<{ query: { page: number; page_size: number } }>(req);
      const [rows, count] = await Promise.all([
        upgradeQueries.page({ page: query.page, pageSize: query.page_size }),
        upgradeQueries.count(),
      ]);
      res.json({ upgrades: await presentUpgrades(deps, rows), upgrade_count: count });
    },

    createUpgrade: async (req, res) => {
      const { body } = inputOf<{ body: UpgradeRequest }>(req);
      const upgradeId = await upgradeActions.create(body, actorOf(req));
      res.status(201).location(`${req.baseUrl}/upgrades/${upgradeId}`);
      await show(res, upgradeId);
    },

    getUpgrade: async (req, res) => {
      await show(res, inputOf<OneUpgrade>(req).params.upgrade_id);
    },

    controlUpgrade: async (req, res) => {
      const { params, body } = inputOf<OneUpgrade & { body: { action: UpgradeAction; step?: UpgradeStep } }>(
        req,
      );
      await upgradeActions.act(params.upgrade_id, body, actorOf(req));
      await show(res, params.upgrade_id);
    },
  };
}
