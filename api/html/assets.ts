import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import express, { type RequestHandler, type Router } from 'express';
import { assetFiles, assetPrefix } from '../../views/assetFiles.ts';
import { styleguidePage } from '../../views/pages/styleguide/styleguide.ts';
import { sendPage } from './pageAnswer.ts';

const packers = { br: promisify(brotliCompress), gzip: promisify<Buffer, Buffer>(gzip) };

/**
 * The files that pages load. Their address changes with their bytes, so browsers need never ask again, and each is packed once,
 * as well as can be.
 */
export function assets(): Router {
  const router = express.Router();
  const packed = new Map<string, Promise<Buffer>>();
  router.get(`${assetPrefix}/:name`, async (req, res, next) => {
    const { name } = req.params;
    const bytes = assetFiles.get(name);
    if (bytes === undefined) {
      next();
      return;
    }
    res
      .type(name.endsWith('.svg') ? 'image/svg+xml; charset=utf-8' : extname(name))
      .vary('Accept-Encoding')
      .set('Cache-Control', 'public, max-age=31536000, immutable');
    const encoding = (['br', 'gzip'] as const).find((each) => req.acceptsEncodings(each) !== false);
    if (encoding === undefined) {
      res.send(bytes);
      return;
    }
    const key = `${name} ${encoding}`;
    const answer = packed.get(key) ?? packers[encoding](bytes);
    packed.set(key, answer);
    res.set('Content-Encoding', encoding).send(await answer);
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
