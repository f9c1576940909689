import type { Example } from '../../examples/example.ts';
import { faceGrid, type FaceGrid } from './faceGrid.ts';
import { eventCard } from './pictureCard.ts';

const face = (external_id: string, descriptor_versions: readonly number[], user_data = '') => ({
  face_id: '01900000-0000-7000-8000-000000000017',
  external_id,
  user_data,
  has_sample: false,
  descriptor_versions,
});

const event = eventCard({
  event_id: '01900000-0000-7000-8000-000000000031',
  external_id: '',
  source: 'North door',
  samples: [],
  descriptors: [
    { descriptor_type: 'face', descriptor_version: 1 },
    { descriptor_type: 'body', descriptor_version: 101 },
  ],
});

const faces = [
  face('4711', [1, 3], 'Badge 17'),
  face('', [1]),
  face('A rather long external id of a face', []),
];

export const examples: readonly Example<FaceGrid>[] = [
  {
    name: 'Faces, with more of them',
    input: faceGrid({ faces, has_newer: false, has_older: true }, () => '#faceGrid'),
  },
  { name: 'Events', input: { cards: [event, event], pager: null } },
  { name: 'Nobody', input: faceGrid({ faces: [], has_newer: false, has_older: false }, () => '#faceGrid') },
];
