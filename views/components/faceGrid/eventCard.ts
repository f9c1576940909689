import { paths } from '../../paths.ts';
import type { EventCardShape } from '../../shapes.ts';
import { eventPicture } from '../picture/picture.ts';
import { cardName } from './cardName.ts';
import type { PictureCard } from './pictureCard.ts';

export function eventCard(event: EventCardShape): PictureCard {
  const versionsOf = (kind: 'face' | 'body'): string[] => {
    const versions = event.descriptors
      .filter(({ descriptor_type }) => descriptor_type === kind)
      .map(({ descriptor_version }) => descriptor_version);
    return versions.length === 0 ? [] : [`${kind} v ${versions.join(', ')}`];
  };
  const versions = [...versionsOf('face'), ...versionsOf('body')];
  const name = event.external_id || event.source || event.event_id;
  return {
    href: paths.event(event.event_id),
    picture: eventPicture(event.event_id, event.samples),
    ...{ name: cardName(name), fullName: name },
    versions: versions.length === 0 ? 'no descriptor' : versions.join(' · '),
  };
}
