import { assetPrefix } from '../../assetFiles.ts';
import { paths } from '../../paths.ts';

export interface Picture {
  readonly src: string;
  /** Empty beside words that say the same. */
  readonly alt: string;
}

/** Stands for an image that there is not. */
export const noPicture = `${assetPrefix}/no-picture.svg`;

/** Stands for one that the account may not see. */
export const hiddenPicture = `${assetPrefix}/hidden-picture.svg`;

/** The sample of a face or of an event's face. */
export function facePicture(ownerId: string, hasSample: boolean, alt = ''): Picture {
  return { src: hasSample ? paths.sample(ownerId, 'face') : noPicture, alt };
}

/** Of an event: its face if there is a sample of it, its body otherwise. */
export function eventPicture(eventId: string, samples: readonly ('face' | 'body')[], alt = ''): Picture {
  const kind = samples.includes('face') ? 'face' : samples[0];
  return { src: kind === undefined ? noPicture : paths.sample(eventId, kind), alt };
}
