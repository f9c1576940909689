import { paths } from '../../paths.ts';
import type { FaceCardShape } from '../../shapes.ts';
import { facePicture } from '../picture/picture.ts';
import type { PictureCard } from './pictureCard.ts';

export function faceCard(face: FaceCardShape): PictureCard {
  return {
    href: paths.face(face.face_id),
    picture: facePicture(face.face_id, face.has_sample),
    name: face.external_id || face.face_id,
    versions:
      face.descriptor_versions.length === 0 ? 'no descriptor' : `v ${face.descriptor_versions.join(', ')}`,
  };
}
