import { DomainError } from '../../domain/errors.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, inputOf } from '../http/requestContext.ts';
import type { NetworkActions } from './actions.ts';
import { presentCheck, presentCheckWithReports, presentVersion } from './present.ts';
import { readVersion, readVersions, type VersionSources } from './readVersions.ts';

export interface NetworksDeps extends VersionSources {
  readonly networkActions: NetworkActions;
}

interface OneVersion {
  params: { version: number };
}

export function networkRoutes(deps: NetworksDeps): Handlers {
  const { networkQueries, networkActions } = deps;
  return {
    getNetworks: async (_req, res) => {
      res.json({ networks: (await readVersions(deps)).map(presentVersion) });
    },

    getNetwork: async (req, res) => {
      const { version } = inputOf<OneVersion>(req).params;
      const [row, checks] = await Promise.all([readVersion(deps, version), networkQueries.checksOf(version)]);
      res.json({ ...presentVersion(row), checks: checks.map(presentCheckWithReports) });
    },

    checkNetwork: async (req, res) => {
      const { version } = inputOf<OneVersion>(req).params;
      const { checkId, isNew } = await networkActions.check(version, actorOf(req));
      const check = (await networkQueries.checksOf(version)).find((one) => one.checkId === checkId);
      if (check === undefined) throw new DomainError('networkNotFound', `check ${checkId} is gone`);
      res
        .status(isNew ? 201 : 200)
        .location(`${req.baseUrl}/networks/${version}`)
        .json(presentCheck(check));
    },
  };
}
