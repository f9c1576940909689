import type { Response } from 'express';
import type { LayoutInput } from '../../views/layout.ts';
import { environmentNameOf } from '../html/environmentName.ts';

/** What stands around documents: they are the same for everybody and know no session. */
export function strangersLayout(res: Response): LayoutInput {
  return {
    nonce: String(res.locals['cspNonce']),
    environment: environmentNameOf(res),
    user: null,
    csrfToken: '',
    flash: [],
    maintenance: null,
  };
}
