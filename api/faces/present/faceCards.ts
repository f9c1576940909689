export interface FaceCardToShow {
  readonly faceId: string;
  readonly externalId: string;
  readonly userData: string;
  readonly hasSample: boolean;
  readonly versions: readonly number[];
}

export interface FaceCardsToShow {
  readonly faces: readonly FaceCardToShow[];
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}

export function presentFaceCards({ faces, hasNewer, hasOlder }: FaceCardsToShow) {
  return { faces: faces.map(presentFaceCard), has_newer: hasNewer, has_older: hasOlder };
}

export function presentFaceCard(face: FaceCardToShow) {
  return {
    face_id: face.faceId,
    external_id: face.externalId,
    user_data: face.userData,
    has_sample: face.hasSample,
    descriptor_versions: face.versions,
  };
}
