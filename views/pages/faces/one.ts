import { formatCount } from '../../assets/words.js';
import { codeFact, fact, idFact, type Fact } from '../../components/facts/facts.ts';
import { facePicture, type Picture } from '../../components/picture/picture.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { FaceDetailsShape } from './faceShapes.ts';
import { attributeFacts } from './attributeFacts.ts';
import { objectHistory, type ObjectHistoryShape, type ObjectHistoryView } from './history.ts';
import { networkName } from './networkName.ts';
import { listName } from '../lists/listName.ts';

export interface FaceInput {
  readonly history: ObjectHistoryShape;
  readonly face: FaceDetailsShape;
  readonly extractors: readonly { readonly version: number; readonly kind: string; readonly name: string }[];
}

export interface FacePage {
  readonly history: ObjectHistoryView;
  readonly head: PageHead;
  readonly title: string;
  readonly picture: Picture;
  readonly hasSample: boolean;
  readonly facts: readonly Fact[];
  readonly created: Time;
  readonly account: { readonly name: string; readonly href: string | null };
  readonly attributes: readonly Fact[];
  readonly descriptors: readonly {
    readonly version: string;
    readonly network: string;
    readonly generation: string;
    readonly created: Time;
  }[];
  readonly listCount: string;
  readonly lists: readonly {
    readonly href: string;
    readonly id: string;
    readonly name: string;
    readonly linked: Time;
  }[];
  readonly moreLists: string | null;
  readonly events: readonly {
    readonly id: string;
    readonly href: string;
    readonly picture: Picture;
    readonly source: string;
    readonly externalId: string;
    readonly created: Time;
  }[];
  readonly hasMoreEvents: boolean;
  readonly accounts: string;
}

export function facePage({ face, extractors, history }: FaceInput): FacePage {
  // As its picture is called that leads here.
  const title = `Face ${face.user_data || face.external_id || face.face_id}`;
  const isAccountThere = face.login !== null;
  return {
    history: objectHistory(history),
    head: { title: `Face ${face.face_id}`, section: 'accounts' },
    title,
    picture: facePicture(
      face.face_id,
      face.has_sample,
      face.has_sample ? 'Sample of this face' : 'No sample',
    ),
    hasSample: face.has_sample,
    facts: [
      idFact('Id', face.face_id),
      fact('External id', face.external_id || '–'),
      fact('User data', face.user_data || '–'),
      face.attribute_id === null ? fact('Attributes', '–') : codeFact('Attributes', face.attribute_id),
    ],
    created: time(face.create_time),
    account: {
      name: face.login ?? face.account_id,
      href: isAccountThere ? paths.account(face.account_id) : null,
    },
    attributes: face.basic_attributes === null ? [] : attributeFacts(face.basic_attributes),
    descriptors: face.descriptors.map((descriptor) => ({
      version: String(descriptor.descriptor_version),
      network: networkName(extractors, 'face', descriptor.descriptor_version),
      generation: formatCount(descriptor.generation),
      created: time(descriptor.create_time),
    })),
    listCount: formatCount(face.list_count),
    lists: face.lists.map((list) => ({
      id: list.list_id,
      href: paths.list(list.list_id),
      name: listName(list),
      linked: time(list.link_time),
    })),
    moreLists:
      face.list_count > face.lists.length
        ? `The last ${face.lists.length} of ${formatCount(face.list_count)}`
        : null,
    events: face.events.map((event) => ({
      id: event.event_id,
      href: paths.event(event.event_id),
      picture: facePicture(event.event_id, event.has_sample),
      source: event.source,
      externalId: event.external_id,
      created: time(event.create_time),
    })),
    hasMoreEvents: face.has_more_events,
    accounts: paths.accounts(),
  };
}
