import { assetPrefix } from '../../assetFiles.ts';
import type { Example } from '../../examples/example.ts';
import { facePicture, type Picture } from './picture.ts';

export const examples: readonly Example<Picture>[] = [
  { name: 'A picture', input: { src: `${assetPrefix}/icon.svg`, alt: 'A moon on a blue ground' } },
  {
    name: 'There is no sample',
    input: facePicture('01900000-0000-7000-8000-000000000017', false, 'No sample'),
  },
];
