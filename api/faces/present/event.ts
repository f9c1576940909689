type SampleKind = 'face' | 'body';

interface DescriptorToShow {
  readonly kind: SampleKind;
  readonly version: number;
}

export interface EventCardToShow {
  readonly eventId: string;
  readonly externalId: string;
  readonly source: string;
  readonly samples: readonly SampleKind[];
  readonly descriptors: readonly DescriptorToShow[];
}

export interface EventToShow extends EventCardToShow {
  readonly accountId: string;
  readonly login: string | null;
  readonly faceId: string | null;
  readonly handlerId: string | null;
  readonly tags: readonly string[];
  readonly userData: string;
  readonly trackId: string;
  readonly basicAttributes: object | null;
  readonly createTime: Date;
  readonly endTime: Date;
  readonly insertTime: Date;
  readonly descriptors: readonly (DescriptorToShow & {
    readonly generation: number;
    readonly createTime: Date;
  })[];
}

export function presentEventCard(event: EventCardToShow) {
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

export function presentEvent(event: EventToShow) {
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
