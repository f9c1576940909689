import { createPublicKey, type KeyObject } from 'node:crypto';
import type { WorkerStore } from '../../db/ops/workerStore.ts';
import type { Stores } from '../../db/stores.ts';
import type { Gateway } from '../../temporal/gateway.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { presentSysInfo, type SysInfoSurroundings } from './present/sysInfo.ts';
import { signJson } from '../../platform/crypto/signingKey.ts';
import { apiVersion } from './json.ts';

export interface HelpDeps extends Pick<Stores, 'sysInfoQueries'>, Pick<SysInfoSurroundings, 'extractors'> {
  readonly temporalVersion: Gateway['serverVersion'];
  readonly workerVersion: WorkerStore['oldestVersion'];
  readonly signingKey: KeyObject;
  readonly shownSettings: SysInfoSurroundings['settings'];
}

export function helpRoutes(deps: HelpDeps): Handlers {
  const publicKey = createPublicKey(deps.signingKey).export({ type: 'spki', format: 'pem' });
  let underWay: Promise<object> | undefined;

  const read = async (): Promise<object> => {
    const [info, workerVersion, temporalVersion] = await Promise.all([
      deps.sysInfoQueries.read(),
      deps.workerVersion(),
      deps.temporalVersion().catch(() => null),
    ]);
    const document = presentSysInfo(info, {
      version: apiVersion,
      workerVersion,
      temporalVersion,
      extractors: deps.extractors,
      settings: deps.shownSettings,
    });
    return signJson(document, deps.signingKey);
  };

  return {
    getSysInfo: async (_req, res) => {
      // It counts whole tables: whoever asks meanwhile gets the same answer.
      underWay ??= read().finally(() => {
        underWay = undefined;
      });
      res.json(await underWay);
    },

    getSysInfoKey: (_req, res) => {
      res.type('application/x-pem-file').send(publicKey);
    },
  };
}
