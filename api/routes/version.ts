import type { Handlers } from '../jsonRouter.ts';

/** The release of the manual that this service implements, and the version of its addresses. */
export const apiVersion = { api: 4, major: 5, minor: 2, patch: 7 } as const;

export function versionRoutes(): Handlers {
  return {
    getVersion: (_req, res) => {
      res.json({ Version: apiVersion });
    },
  };
}
