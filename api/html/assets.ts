import express, { type Router } from 'express';
import { mayBeStored } from '../http/middleware/noStore.ts';
import { assetFiles, assetPrefix } from '../../views/assetFiles.ts';

/** The files that pages load. Their address changes with their bytes, so browsers need never ask again. */
export function assets(): Router {
  const router = express.Router();
  router.get(`${assetPrefix}/:name`, (req, res, next) => {
    const file = assetFiles.get(req.params.name);
    if (file === undefined) {
      next();
      return;
    }
    mayBeStored(res).sendFile(file, { immutable: true, maxAge: '365d', dotfiles: 'allow' });
  });
  return router;
}
