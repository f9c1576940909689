import type { FaceCardsShape } from '../../pages/faces/faceShapes.ts';
import type { Pager } from '../pager/pager.ts';
import { faceCard, type PictureCard } from './pictureCard.ts';

/** Faces or events, a picture each. */
export interface FaceGrid {
  readonly cards: readonly PictureCard[];
  readonly pager: Pager | null;
}

/** `href`: the address of the page with the faces before or after a key. */
export function faceGrid(
  { faces, has_newer, has_older }: FaceCardsShape,
  href: (place: { before?: string; after?: string }) => string,
): FaceGrid {
  const [first, last] = [faces.at(0), faces.at(-1)];
  return {
    cards: faces.map(faceCard),
    pager:
      has_newer || has_older
        ? {
            label: 'Pages of faces',
            words: 'Newest first',
            // An empty page has no key to go on from: it leads to the newest ones.
            previous: has_newer ? href(first === undefined ? {} : { after: first.face_id }) : null,
            next: has_older && last !== undefined ? href({ before: last.face_id }) : null,
          }
        : null,
  };
}
