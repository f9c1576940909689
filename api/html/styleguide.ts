import type { RequestHandler } from 'express';
import { styleguidePage } from '../../views/pages/styleguide/styleguide.ts';
import { sendPage } from './pageAnswer.ts';

/** For those who develop. */
export function styleguide(): RequestHandler {
  const page = styleguidePage();
  return (req, res) => {
    sendPage(req, res, 'styleguide/styleguide', page);
  };
}
