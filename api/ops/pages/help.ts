import type { RequestHandler } from 'express';
import { helpPage, type HelpInput } from '../../../views/pages/help/help.ts';
import { sendPage } from '../../html/pageAnswer.ts';

export function help(input: HelpInput): RequestHandler {
  return (req, res) => {
    sendPage(req, res, 'help/help', helpPage(input));
  };
}
