import { DomainError } from '../../domain/errors.ts';
import type { ContractPath } from '../contract/contract.ts';
import type { OpenApiDocument } from '../contract/document.ts';
import type { Handlers } from '../jsonRouter.ts';
import { presentErrorCodes, presentOperations } from '../present/documents.ts';

export interface DocsDeps {
  readonly text: string;
  readonly document: OpenApiDocument;
  readonly paths: readonly ContractPath[];
}

const yaml = 'application/x-yaml';

export function docsRoutes({ text, document, paths }: DocsDeps): Handlers {
  const errorCodes = presentErrorCodes();
  const operations = presentOperations(document, paths);
  return {
    getSpec: (req, res) => {
      res.vary('Accept');
      // Whoever has no preference gets the first.
      const wanted = req.accepts([yaml, 'text/html']);
      if (wanted === yaml) res.type(yaml).send(text);
      else if (wanted === 'text/html') res.type('html').send(operations);
      else throw new DomainError('notAcceptable', `this is to be had as ${yaml} or text/html`);
    },

    getErrorCodes: (_req, res) => {
      res.type('html').send(errorCodes);
    },
  };
}
