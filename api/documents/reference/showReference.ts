import type { Request, Response } from 'express';
import { render } from '../../../views/environment.ts';
import { referencePage } from '../../../views/pages/documents/reference.ts';
import type { OpenApiDocument } from '../../http/contract/document.ts';
import { strangersLayout } from '../strangersLayout.ts';
import { referenceInput } from './referenceInput.ts';

const nonceHere = 'nonce-of-the-answer';
const originHere = 'https://origin-of-the-answer';

/**
 * Answers with the page of the document. It is made once, which takes as long as a hundred other pages: nothing but the nonce and
 * the address in the examples differs from answer to answer.
 */
export function showReference(document: OpenApiDocument): (req: Request, res: Response) => void {
  let made: string | undefined;
  return (req, res) => {
    const layout = strangersLayout(res);
    made ??= render('documents/reference', referencePage(referenceInput(document, originHere)), {
      ...layout,
      nonce: nonceHere,
    });
    res.type('html').send(made.replaceAll(nonceHere, layout.nonce).replaceAll(originHere, originOf(req)));
  };
}

/** As whoever asks has found the service. It stands in HTML and in commands, so nothing but plain names is believed. */
function originOf(req: Request): string {
  const host = req.get('host') ?? '';
  return `${req.protocol}://${/^[\w.:[\]-]+$/.test(host) ? host : 'localhost'}`;
}
