import type { Picture } from '../picture/picture.ts';

export interface PictureCard {
  readonly href: string;
  readonly picture: Picture;
  readonly name: string;
  readonly versions: string;
}
