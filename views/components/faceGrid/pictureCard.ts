import type { Picture } from '../picture/picture.ts';

export interface PictureCard {
  readonly href: string;
  readonly picture: Picture;
  readonly name: string;
  /** What `name` may be short for. */
  readonly fullName: string;
  readonly versions: string;
}
