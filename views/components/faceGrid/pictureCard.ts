import { paths } from '../../paths.ts';
import type { EventCardShape, FaceCardShape } from '../../pages/faces/faceShapes.ts';
import { eventPicture, facePicture, type Picture } from '../picture/picture.ts';

export interface PictureCard {
  readonly href: string;
  readonly picture: Picture;
  readonly name: string;
  /** What `name` may be short for. */
  readonly fullName: string;
  readonly versions: string;
}

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

export function eventCard(event: EventCardShape): PictureCard {
  const versionsOf = (kind: 'face' | 'body'): string[] => {
    const versions = event.descriptors
      .filter(({ descriptor_type }) => descriptor_type === kind)
      .map(({ descriptor_version }) => descriptor_version);
    return versions.length === 0 ? [] : [`${kind} v ${versions.join(', ')}`];
  };
  const versions = [...versionsOf('face'), ...versionsOf('body')];
  const name = event.external_id || event.source || event.event_id;
  return {
    href: paths.event(event.event_id),
    picture: eventPicture(event.event_id, event.samples),
    ...{ name: cardName(name), fullName: name },
    versions: versions.length === 0 ? 'no descriptor' : versions.join(' · '),
  };
}

const shown = 15;

/** Long names begin alike and end differently: their middle is left out. */
export function cardName(name: string): string {
  return name.length <= shown ? name : `${name.slice(0, 6)}…${name.slice(-7)}`;
}
