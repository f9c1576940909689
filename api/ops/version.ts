import { release } from '../../domain/release.ts';
import type { Handlers } from '../http/jsonRouter.ts';

/** The release, and the version of its addresses. */
export const apiVersion = { api: 4, ...release } as const;

export function versionRoutes(): Handlers {
  return {
    getVersion: (_req, res) => {
      res.json({ Version: apiVersion });
    },
  };
}
