import type { RequestHandler } from 'express';
import { settingSentences } from '../../../platform/settings.ts';
import { settingsPage } from '../../../views/pages/settings/settings.ts';
import { presentConfig } from '../present/config.ts';
import { sendPage } from '../../html/pageAnswer.ts';

export function settings(shownSettings: Readonly<Record<string, unknown>>): RequestHandler {
  const page = settingsPage({ config: presentConfig(shownSettings), sentences: settingSentences });
  return (req, res) => {
    sendPage(req, res, 'settings/settings', page);
  };
}
