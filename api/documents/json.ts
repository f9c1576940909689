import { render } from '../../views/environment.ts';
import { errorCodesPage } from '../../views/pages/documents/errorCodes.ts';
import { referencePage } from '../../views/pages/documents/reference.ts';
import { DomainError } from '../../domain/errors.ts';
import { strangersLayout } from './strangersLayout.ts';
import type { Handlers } from '../http/jsonRouter.ts';

const yaml = 'application/x-yaml';

/** `text`: the OpenAPI document as it is written. */
export function docsRoutes({ text }: { readonly text: string }): Handlers {
  return {
    getSpec: (req, res) => {
      res.vary('Accept');
      // Whoever has no preference gets the first.
      const wanted = req.accepts([yaml, 'text/html']);
      if (wanted === yaml) res.type(yaml).send(text);
      else if (wanted === 'text/html') {
        res.type('html').send(render('documents/reference', referencePage(), strangersLayout(res)));
      } else throw new DomainError('notAcceptable', `this is to be had as ${yaml} or text/html`);
    },

    getManual: (_req, res) => {
      res.redirect(302, '/docs/dev/index.html');
    },

    getErrorCodes: (_req, res) => {
      res.type('html').send(render('documents/errorCodes', errorCodesPage(), strangersLayout(res)));
    },
  };
}
