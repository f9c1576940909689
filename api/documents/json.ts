import { render } from '../../views/environment.ts';
import { errorCodesPage } from '../../views/pages/documents/errorCodes.ts';
import { DomainError } from '../../domain/errors.ts';
import type { OpenApiDocument } from '../http/contract/document.ts';
import type { Handlers } from '../http/jsonRouter.ts';
import { showReference } from './reference/showReference.ts';
import { strangersLayout } from './strangersLayout.ts';

const yaml = 'application/x-yaml';

/** `text`: the OpenAPI document as it is written. */
export function docsRoutes({
  text,
  document,
}: {
  readonly text: string;
  document: OpenApiDocument;
}): Handlers {
  const show = showReference(document);
  return {
    getSpec: (req, res) => {
      res.vary('Accept');
      // Whoever has no preference gets the first.
      const wanted = req.accepts([yaml, 'text/html']);
      if (wanted === yaml) res.type(yaml).send(text);
      else if (wanted === 'text/html') show(req, res);
      else throw new DomainError('notAcceptable', `this is to be had as ${yaml} or text/html`);
    },

    getManual: (_req, res) => {
      res.redirect(302, '/docs/dev/index.html');
    },

    getErrorCodes: (_req, res) => {
      res.type('html').send(render('documents/errorCodes', errorCodesPage(), strangersLayout(res)));
    },
  };
}
