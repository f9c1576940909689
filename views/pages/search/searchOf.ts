import type { SearchBox } from '../../components/searchBox/searchBox.ts';
import { paths } from '../../paths.ts';

/** The box that takes whatever somebody holds in hands. */
export function searchOf(text: string): SearchBox {
  return {
    label: 'Search for an account, list, face or event',
    action: paths.search,
    value: text,
    hint: 'A login or a part of it, an id of any kind, or the external id of a face.',
  };
}
