import type { RequestHandler } from 'express';
import { DomainError } from '../../../domain/errors.ts';
import { hiddenPicture, noPicture } from '../../../views/components/picture/picture.ts';
import type { PageSources } from '../../html/deps.ts';
import { pictureView } from '../../audit/pictureView.ts';
import { identityOf } from '../../http/requestContext.ts';
import { uuidOf } from '../../html/uuidOf.ts';

type PictureSources = Pick<PageSources, 'auditViews' | 'faceQueries' | 'images'>;

/** The image of a sample. One whose image is lost is shown as a placeholder: a page says more than a broken picture. */
export function samplePicture({ auditViews, faceQueries, images }: PictureSources): RequestHandler {
  const read = async (key: string): Promise<Buffer | null> => {
    try {
      return await images.get(key);
    } catch (error) {
      if (error instanceof DomainError && error.error === 'sampleMissing') return null;
      throw error;
    }
  };

  return async (req, res) => {
    const kind = (['face', 'body'] as const).find((known) => known === req.params['kind']);
    const ownerId = uuidOf(req, 'owner_id');
    const key = kind && (await faceQueries.sampleKey(ownerId, kind));
    if (key === undefined) throw new DomainError('pageNotFound', `There is no such sample of ${ownerId}.`);
    const bytes = key === null ? null : await read(key);
    const type = bytes && pictureType(bytes);
    if (type === null) {
      res.redirect(302, noPicture);
      return;
    }
    await auditViews.record(pictureView(req, ownerId));
    // Kept by no cache, as every other answer: it is biometric data, and it may be another one or gone a moment later.
    res.set({ 'X-Content-Type-Options': 'nosniff' });
    res.type(type).send(bytes);
  };
}

/** In a page it stands where the picture would; whoever asks for the picture alone is told why they may not. */
export const hideFromOthers: RequestHandler = (req, res, next) => {
  const isHidden = !identityOf(req).permissions.has('pictures') && req.get('Sec-Fetch-Dest') === 'image';
  if (isHidden) res.redirect(302, hiddenPicture);
  else next();
};

/** What an image is by its first bytes, whatever its name says; null: nothing that a browser should be shown. */
function pictureType(bytes: Buffer): string | null {
  if (bytes.subarray(0, 3).equals(Buffer.of(0xff, 0xd8, 0xff))) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))) return 'image/png';
  const isWebp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
  return isWebp ? 'image/webp' : null;
}
