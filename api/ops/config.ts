import { DomainError } from '../../domain/errors.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { presentConfig } from './present/config.ts';

/** The settings of this process, secrets masked. */
export function configRoutes(shownSettings: Readonly<Record<string, unknown>>): Handlers {
  const config = presentConfig(shownSettings);
  return {
    getConfig: (req, res) => {
      res.vary('Accept');
      const wanted = req.accepts(['application/json', 'text/plain']);
      if (wanted === false) {
        throw new DomainError('notAcceptable', 'this is to be had as application/json or text/plain');
      }
      res.type(wanted).send(JSON.stringify(config, null, 2));
    },
  };
}
