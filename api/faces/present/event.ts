import type { EventCard, EventDetails } from '../../../db/faces/eventQueries.ts';

export function presentEventCard(event: EventCard) {
  return {
    event_id: event.eventId,
    external_id: event.externalId,
    source: event.source,
    samples: event.samples,
    descriptors: event.descriptors.map(({ kind, version }) => ({
      descriptor_type: kind,
      descriptor_version: version,
    })),
  };
}

export function presentEvent(event: EventDetails) {
  return {
    ...presentEventCard(event),
    account_id: event.accountId,
    login: event.login,
    face_id: event.faceId,
    handler_id: event.handlerId,
    tags: event.tags,
    user_data: event.userData,
    track_id: event.trackId,
    basic_attributes: event.basicAttributes,
    create_time: event.createTime.toISOString(),
    end_time: event.endTime.toISOString(),
    insert_time: event.insertTime.toISOString(),
    descriptors: event.descriptors.map(({ kind, version, generation, createTime }) => ({
      descriptor_type: kind,
      descriptor_version: version,
      generation,
      create_time: createTime.toISOString(),
    })),
  };
}
