import type { AttributeRow, FaceRow } from '../../../db/faces/searchQueries.ts';

export function presentFace(face: FaceRow) {
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

export function presentAttribute(attribute: AttributeRow) {
  return {
    attribute_id: attribute.attributeId,
    face_id: attribute.faceId,
    basic_attributes: attribute.basicAttributes,
    sample_generation: attribute.sampleGeneration,
    descriptor_versions: attribute.descriptorVersions,
    create_time: attribute.createTime.toISOString(),
  };
}
