import type { FaceDetails } from '../../../db/faces/faceQueries.ts';

export function presentFaceDetails(face: FaceDetails) {
  return {
    face_id: face.faceId,
    account_id: face.accountId,
    login: face.login,
    external_id: face.externalId,
    user_data: face.userData,
    create_time: face.createTime.toISOString(),
    attribute_id: face.attributeId,
    basic_attributes: face.basicAttributes,
    has_sample: face.hasSample,
    descriptors: face.descriptors.map(({ version, generation, createTime }) => ({
      descriptor_version: version,
      generation,
      create_time: createTime.toISOString(),
    })),
    lists: face.lists.map(({ listId, userData, linkTime }) => ({
      list_id: listId,
      user_data: userData,
      link_time: linkTime.toISOString(),
    })),
    list_count: face.listCount,
    events: face.events.map((event) => ({
      event_id: event.eventId,
      source: event.source,
      external_id: event.externalId,
      create_time: event.createTime.toISOString(),
      has_sample: event.hasSample,
    })),
    has_more_events: face.hasMoreEvents,
  };
}
