import type { ListShape } from '../../shapes.ts';

/** What people call a list: its user data, or the id where it has none. */
export function listName({ user_data, list_id }: Pick<ListShape, 'user_data' | 'list_id'>): string {
  return user_data || list_id;
}
