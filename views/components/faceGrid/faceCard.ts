import { paths } from '../../paths.ts';
import type { FaceCardShape } from '../../shapes.ts';
import { facePicture } from '../picture/picture.ts';
import { cardName } from './cardName.ts';
import type { PictureCard } from './pictureCard.ts';

export function faceCard(face: FaceCardShape): PictureCard {
  // What people wrote down of somebody tells more than what a system calls them.
  const name = face.user_data || face.external_id || face.face_id;
  return {
    href: paths.face(face.face_id),
    picture: facePicture(face.face_id, face.has_sample),
    ...{ name: cardName(name), fullName: name },
    versions:
      face.descriptor_versions.length === 0 ? 'no descriptor' : `v ${face.descriptor_versions.join(', ')}`,
  };
}
