import type { RequestHandler } from 'express';
import type { RetentionKind } from '../../../db/ops/retention.ts';
import type { PlainConnection } from '../../../platform/encryption.ts';
import { settingSentences } from '../../../platform/settings.ts';
import { settingsPage } from '../../../views/pages/settings/settings.ts';
import type { PageSources } from '../../html/deps.ts';
import { presentConfig } from '../present/config.ts';
import { sendPage } from '../../html/pageAnswer.ts';

const kinds: readonly RetentionKind[] = [
  'audit',
  'errors',
  'results',
  'tasks',
  'sessions',
  'login_limits',
  'audit_views',
];

export interface SettingsDeps extends Pick<PageSources, 'retentionQueries'> {
  readonly shownSettings: Readonly<Record<string, unknown>>;
  /** Other machines reach the service without HTTPS. */
  readonly isUnencrypted: boolean;
  readonly plainConnections: readonly PlainConnection[];
}

/** All settings, and what was removed because it was old. */
export function settings({
  shownSettings,
  isUnencrypted,
  plainConnections,
  retentionQueries,
}: SettingsDeps): RequestHandler {
  const config = presentConfig(shownSettings);
  return async (req, res) => {
    const runs = new Map((await retentionQueries.runs()).map((run) => [run.kind, run]));
    const retention = kinds.map((kind) => {
      const run = runs.get(kind);
      return {
        ...{ kind, run_time: run?.runTime.toISOString() ?? null },
        ...{ removed: run?.removed ?? 0, removed_ever: run?.removedEver ?? 0 },
      };
    });
    const page = settingsPage({
      ...{ config, sentences: settingSentences, retention, isUnencrypted, plainConnections },
    });
    sendPage(req, res, 'settings/settings', page);
  };
}
