import { formatCount } from '../../assets/words.js';
import { faceCard } from '../../components/faceGrid/pictureCard.ts';
import type { FaceGrid } from '../../components/faceGrid/faceGrid.ts';
import { codeFact, fact, idFact, type Fact } from '../../components/facts/facts.ts';
import { eventPicture, type Picture } from '../../components/picture/picture.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { EventDetailsShape, FaceCardShape } from '../faces/faceShapes.ts';
import { attributeFacts } from '../faces/attributeFacts.ts';
import { objectHistory, type ObjectHistoryShape, type ObjectHistoryView } from '../faces/history.ts';
import { networkName } from '../faces/networkName.ts';

export interface EventInput {
  readonly history: ObjectHistoryShape;
  readonly event: EventDetailsShape;
  /** Those that it was recognised as or that were made of it. */
  readonly faces: readonly FaceCardShape[];
  readonly extractors: readonly { readonly version: number; readonly kind: string; readonly name: string }[];
}

export interface EventPage {
  readonly history: ObjectHistoryView;
  readonly head: PageHead;
  readonly title: string;
  readonly samples: readonly { readonly picture: Picture; readonly name: string }[];
  readonly facts: readonly Fact[];
  readonly times: readonly { readonly name: string; readonly time: Time }[];
  readonly account: { readonly name: string; readonly href: string | null };
  readonly attributes: readonly Fact[];
  readonly descriptors: readonly {
    readonly version: string;
    readonly kind: string;
    readonly network: string;
    readonly generation: string;
    readonly created: Time;
  }[];
  /** null: there is none. */
  readonly faces: FaceGrid | null;
  /** Said of a face that is gone; null: there is nothing to say. */
  readonly lostFace: string | null;
  readonly accounts: string;
}

const kindNames = { face: 'Face', body: 'Body' } as const;

export function eventPage({ event, faces, extractors, history }: EventInput): EventPage {
  const { event_id, account_id, login, face_id, samples } = event;
  const isFaceThere = faces.some((face) => face.face_id === face_id);
  return {
    history: objectHistory(history),
    head: { title: `Event ${event_id}`, section: 'accounts' },
    title: `Event ${event.external_id || event_id}`,
    samples:
      samples.length === 0
        ? [{ picture: eventPicture(event_id, [], 'No sample'), name: 'No sample' }]
        : samples.map((kind) => ({
            picture: eventPicture(event_id, [kind], `${kindNames[kind]} sample of this event`),
            name: kindNames[kind],
          })),
    facts: [
      idFact('Id', event_id),
      fact('Source', event.source || '–'),
      fact('External id', event.external_id || '–'),
      fact('User data', event.user_data || '–'),
      fact('Tags', event.tags.join(', ') || '–'),
      fact('Track id', event.track_id || '–'),
      event.handler_id === null ? fact('Handler', '–') : codeFact('Handler', event.handler_id),
    ],
    times: [
      { name: 'Created', time: time(event.create_time) },
      { name: 'Ended', time: time(event.end_time) },
      { name: 'Inserted', time: time(event.insert_time) },
    ],
    account: { name: login ?? account_id, href: login === null ? null : paths.account(account_id) },
    attributes: event.basic_attributes === null ? [] : attributeFacts(event.basic_attributes),
    descriptors: event.descriptors.map((descriptor) => ({
      version: String(descriptor.descriptor_version),
      kind: kindNames[descriptor.descriptor_type],
      network: networkName(extractors, descriptor.descriptor_type, descriptor.descriptor_version),
      generation: formatCount(descriptor.generation),
      created: time(descriptor.create_time),
    })),
    faces: faces.length === 0 ? null : { cards: faces.map(faceCard), pager: null },
    lostFace: face_id === null || isFaceThere ? null : face_id,
    accounts: paths.accounts(),
  };
}
