import type { RequestHandler } from 'express';
import express, { type Router } from 'express';
import { extname } from 'node:path';
import { assetFiles, assetPrefix } from '../../views/assetFiles.ts';
import { styleguidePage } from '../../views/pages/styleguide/styleguide.ts';
import { sendPage } from './pageAnswer.ts';

/** The files that pages load. Their address changes with their bytes, so browsers need never ask again. */
export function assets(): Router {
  const router = express.Router();
  router.get(`${assetPrefix}/:name`, (req, res, next) => {
    const bytes = assetFiles.get(req.params.name);
    if (bytes === undefined) {
      next();
      return;
    }
    res
      .type(extname(req.params.name))
      .set('Cache-Control', 'public, max-age=31536000, immutable')
      .send(bytes);
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
