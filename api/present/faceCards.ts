export interface FaceCardsToShow {
  readonly faces: readonly {
    readonly faceId: string;
    readonly externalId: string;
    readonly hasSample: boolean;
    readonly versions: readonly number[];
  }[];
  readonly hasNewer: boolean;
  readonly hasOlder: boolean;
}

export function presentFaceCards({ faces, hasNewer, hasOlder }: FaceCardsToShow) {
  return {
    faces: faces.map((face) => ({
      face_id: face.faceId,
      external_id: face.externalId,
      has_sample: face.hasSample,
      descriptor_versions: face.versions,
    })),
    has_newer: hasNewer,
    has_older: hasOlder,
  };
}
