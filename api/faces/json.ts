import type { AttributeRow, FaceRow } from '../../db/faces/idQueries.ts';
import type { Stores } from '../../db/stores.ts';
import { presentAccount, presentAccountStats } from '../accounts/present.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { actorOf, inputOf } from '../http/requestContext.ts';
import { presentList } from '../lists/present.ts';

export interface SearchDeps extends Pick<
  Stores,
  'auditViews' | 'listQueries' | 'accountQueries' | 'idQueries'
> {
  readonly accounts: Pick<Stores['accounts'], 'findByLogin'>;
}

interface Found {
  readonly data: object | null;
  readonly type: 'list' | 'account' | 'face' | 'attribute' | null;
}

const uuid = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/;
const nothing: Found = { data: null, type: null };

/** One box for whatever somebody holds in hands: an id of several kinds, or the login of an account. */
export function searchRoutes(deps: SearchDeps): Handlers {
  const { auditViews, listQueries, accountQueries, accounts, idQueries } = deps;
  const findAccount = async (accountId: string): Promise<Found> => {
    const found = await accountQueries.find(accountId);
    if (found === null) return nothing;
    const data = { info: presentAccount(found.account), stats: presentAccountStats(found.stats) };
    return { data, type: 'account' };
  };

  // In the order in which an id that means several things is answered.
  const byId: readonly ((id: string) => Promise<Found>)[] = [
    async (id) => foundOr(await listQueries.find(id), presentList, 'list'),
    findAccount,
    async (id) => foundOr(await idQueries.findFace(id), presentFace, 'face'),
    async (id) => foundOr(await idQueries.findAttribute(id), presentAttribute, 'attribute'),
  ];

  return {
    search: async (req, res) => {
      // Ids and logins are in lower case; what was copied from elsewhere may not be.
      const text = inputOf<{ query: { q: string } }>(req).query.q.trim().toLowerCase();
      if (!uuid.test(text)) {
        const found = await accounts.findByLogin(text);
        res.json(found === null ? nothing : await findAccount(found.account.accountId));
        return;
      }
      for (const find of byId) {
        const found = await find(text);
        if (found.data === null) continue;
        // What is told of a person is a look at them, by whichever of their ids.
        if ('face_id' in found.data) {
          const objectId = String(found.data.face_id);
          await auditViews.record({
            ...{ actor: actorOf(req), action: 'face.view', objectType: 'face', objectId },
          });
        }
        res.json(found);
        return;
      }
      res.json(nothing);
    },
  };
}

function foundOr<Row>(row: Row | null, present: (row: Row) => object, type: Found['type']): Found {
  return row === null ? nothing : { data: present(row), type };
}

function presentFace(face: FaceRow) {
  return {
    face_id: face.faceId,
    account_id: face.accountId,
    event_id: face.eventId,
    external_id: face.externalId,
    user_data: face.userData,
    create_time: face.createTime.toISOString(),
    attribute_id: face.attributeId,
    list_ids: face.listIds,
    descriptor_versions: face.descriptorVersions,
  };
}

function presentAttribute(attribute: AttributeRow) {
  return {
    attribute_id: attribute.attributeId,
    face_id: attribute.faceId,
    basic_attributes: attribute.basicAttributes,
    sample_generation: attribute.sampleGeneration,
    descriptor_versions: attribute.descriptorVersions,
    create_time: attribute.createTime.toISOString(),
  };
}
