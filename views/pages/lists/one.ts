import { formatCount } from '../../assets/words.js';
import { faceGrid, type FaceGrid } from '../../components/faceGrid/faceGrid.ts';
import { idFact, type Fact } from '../../components/facts/facts.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import type { ListShape } from '../../shapes.ts';
import type { FaceCardsShape } from '../faces/faceShapes.ts';
import { listName } from './listName.ts';

export interface ListInput {
  readonly list: ListShape & { readonly account_id: string };
  readonly faces: FaceCardsShape;
}

export interface ListPage {
  readonly head: PageHead;
  readonly name: string;
  readonly facts: readonly Fact[];
  readonly updated: Time;
  readonly faceCount: string;
  readonly faces: FaceGrid;
  readonly links: { readonly accounts: string; readonly account: string; readonly lists: string };
}

export function listPage({ list, faces }: ListInput): ListPage {
  return {
    head: { title: `List ${listName(list)}`, section: 'accounts' },
    name: list.user_data || 'Unnamed list',
    facts: [idFact('Id', list.list_id)],
    updated: time(list.last_update_time),
    faceCount: formatCount(list.face_count),
    faces: faceGrid(faces, (place) => paths.list(list.list_id, place)),
    links: {
      accounts: paths.accounts(),
      account: paths.account(list.account_id),
      lists: paths.accountLists(list.account_id),
    },
  };
}
