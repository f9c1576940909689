import type { ApprovedPreview } from '../previewTask.ts';
import type { CountOfObjects, PreviewObject } from '../../../domain/tasks/preview.ts';

export function presentTaskPreview(preview: ApprovedPreview) {
  return {
    count: preview.count,
    exact: preview.isExact,
    oldest: preview.oldest?.toISOString() ?? null,
    newest: preview.newest?.toISOString() ?? null,
    sample: preview.sample.map(presentObject),
    time: preview.time.toISOString(),
    samples_left: preview.samplesLeft && presentCount(preview.samplesLeft),
    without_sample: preview.withoutSample && presentCount(preview.withoutSample),
    needs_approval: preview.needsApproval,
    freed_bytes: preview.freedBytes,
    aside_bytes: preview.asideBytes,
    estimated_seconds: preview.estimatedSeconds,
    estimated_by: preview.rate && {
      objects_per_second: Number(preview.rate.objectsPerSecond.toPrecision(3)),
      tasks: preview.rate.tasks,
      last_end_time: preview.rate.lastEnd.toISOString(),
    },
  };
}

const presentCount = ({ count, isExact }: CountOfObjects) => ({ count, exact: isExact });

export function presentObject(object: PreviewObject) {
  const create_time = object.createTime.toISOString();
  switch (object.kind) {
    case 'face':
      return { face_id: object.faceId, ...ownedBy(object), create_time };
    case 'event':
      return {
        event_id: object.eventId,
        ...ownedBy(object),
        source: object.source,
        track_id: object.trackId,
        create_time,
      };
    case 'faceDescriptor':
      return { face_id: object.faceId, descriptor_version: object.version, create_time };
    case 'sample':
      return { owner_id: object.ownerId, kinds: object.kinds, create_time };
    case 'eventDescriptor':
      return {
        event_id: object.eventId,
        descriptor_version: object.version,
        descriptor_type: object.type,
        create_time,
      };
  }
}

function ownedBy(object: { accountId: string; externalId: string; userData: string }) {
  return { account_id: object.accountId, external_id: object.externalId, user_data: object.userData };
}
