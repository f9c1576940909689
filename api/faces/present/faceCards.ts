import type { FaceCard, FaceCards } from '../../../db/faces/faceQueries.ts';

export function presentFaceCards({ faces, hasNewer, hasOlder }: FaceCards) {
  return { faces: faces.map(presentFaceCard), has_newer: hasNewer, has_older: hasOlder };
}

export function presentFaceCard(face: FaceCard) {
  return {
    face_id: face.faceId,
    external_id: face.externalId,
    user_data: face.userData,
    has_sample: face.hasSample,
    descriptor_versions: face.versions,
  };
}
