export interface FaceToShow {
  readonly faceId: string;
  readonly accountId: string;
  readonly eventId: string | null;
  readonly externalId: string;
  readonly userData: string;
  readonly createTime: Date;
  readonly attributeId: string | null;
  readonly listIds: readonly string[];
  readonly descriptorVersions: readonly number[];
}

export interface AttributeToShow {
  readonly attributeId: string;
  readonly faceId: string;
  readonly basicAttributes: object | null;
  readonly sampleGeneration: number;
  readonly descriptorVersions: readonly number[];
  readonly createTime: Date;
}

export function presentFace(face: FaceToShow) {
  return {
    face_id: face.faceId,
    account_id: face.accountId,
    event_id: face.eventId,
    external_id: face.externalId,
    user_data: face.userData,
    create_time: face.createTime.toISOString(),
    attribute_id: face.attributeId,
    list_ids: face.listIds,
    descriptor_versions: face.descriptorVersions,
  };
}

export function presentAttribute(attribute: AttributeToShow) {
  return {
    attribute_id: attribute.attributeId,
    face_id: attribute.faceId,
    basic_attributes: attribute.basicAttributes,
    sample_generation: attribute.sampleGeneration,
    descriptor_versions: attribute.descriptorVersions,
    create_time: attribute.createTime.toISOString(),
  };
}
