import type { DefaultVersionStore } from '../../db/networks/defaultVersionStore.ts';
import type { DescribedKind } from '../../domain/extract/networks.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, inputOf } from '../http/requestContext.ts';
import type { NetworkActions } from './actions.ts';
import { presentCheck, presentCheckWithReports, presentVersion } from './present.ts';
import { readVersion, readVersions, type VersionSources } from './readVersions.ts';

export interface NetworksDeps extends VersionSources {
  readonly networkActions: NetworkActions;
  readonly defaultVersions: Pick<DefaultVersionStore, 'read'>;
}

interface OneVersion {
  params: { version: number };
}

export function networkRoutes(deps: NetworksDeps): Handlers {
  const { networkQueries, networkActions } = deps;
  const readOne = async (version: number) => {
    const [row, checks, defaults] = await Promise.all([
      readVersion(deps, version),
      networkQueries.checksOf(version),
      deps.defaultVersions.read(),
    ]);
    return { ...presentVersion(row, defaults), checks: checks.map(presentCheckWithReports) };
  };
  return {
    getNetworks: async (_req, res) => {
      const [rows, defaults] = await Promise.all([readVersions(deps), deps.defaultVersions.read()]);
      res.json({ networks: rows.map((row) => presentVersion(row, defaults)) });
    },

    getNetwork: async (req, res) => {
      res.json(await readOne(inputOf<OneVersion>(req).params.version));
    },

    makeNetworkDefault: async (req, res) => {
      const { params, body } = inputOf<OneVersion & { body?: { kind?: DescribedKind } }>(req);
      await networkActions.makeDefault(params.version, body?.kind, actorOf(req));
      res.json(await readOne(params.version));
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
