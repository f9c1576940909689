import type { RequestHandler } from 'express';
import express, { type Router } from 'express';
import { assetFiles, assetPrefix } from '../../views/assetFiles.ts';
import { styleguidePage } from '../../views/pages/styleguide/styleguide.ts';
import { mayBeStored } from '../http/middleware/securityHeaders.ts';
import { sendPage } from './pageAnswer.ts';

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

/** For those who develop. */
export function styleguide(): RequestHandler {
  const page = styleguidePage();
  return (req, res) => {
    sendPage(req, res, 'styleguide/styleguide', page);
  };
}
