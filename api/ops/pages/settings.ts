import type { RequestHandler } from 'express';
import type { FeedName } from '../../../db/audit/feedStore.ts';
import type { PlainConnection } from '../../../platform/encryption.ts';
import { settingSentences } from '../../../platform/settings/settings.ts';
import { settingsPage } from '../../../views/pages/settings/settings.ts';
import type { PageSources } from '../../html/deps.ts';
import { presentConfig } from '../present/config.ts';
import { sendPage } from '../../html/pageAnswer.ts';

export interface SettingsDeps extends Pick<
  PageSources,
  'auditLag' | 'retentionQueries' | 'eventPartitionQueries'
> {
  /** Those that are set up. */
  readonly auditFeedNames: readonly FeedName[];
  readonly shownSettings: Readonly<Record<string, unknown>>;
  /** Other machines reach the service without HTTPS. */
  readonly isUnencrypted: boolean;
  readonly plainConnections: readonly PlainConnection[];
}

/** All settings, and what was removed because it was old. */
export function settings(deps: SettingsDeps): RequestHandler {
  const { shownSettings, isUnencrypted, plainConnections, retentionQueries, auditLag } = deps;
  const config = presentConfig(shownSettings);
  return async (req, res) => {
    const [retentionRuns, events, seals, feeds] = await Promise.all([
      retentionQueries.runs(),
      deps.eventPartitionQueries.figures(),
      auditLag.seals(),
      auditLag.feeds(deps.auditFeedNames),
    ]);
    const retention = retentionRuns.map((run) => ({
      ...{ kind: run.kind, run_time: run.runTime?.toISOString() ?? null },
      ...{ removed: run.removed, removed_ever: run.removedEver },
    }));
    const page = settingsPage({
      ...{ config, sentences: settingSentences, retention, isUnencrypted, plainConnections },
      events: {
        partitions: events.partitions,
        until: events.until?.toISOString() ?? null,
        move: events.move,
      },
      audit: {
        ...{ unsealed: seals.unsealed, unsealed_seconds: seals.unsealedSeconds },
        feeds: feeds.map((feed) => ({
          ...{ feed: feed.feed, behind: feed.behind, behind_seconds: feed.behindSeconds },
          ...{ sent_time: feed.sentTime?.toISOString() ?? null, fault: feed.fault, failures: feed.failures },
          next_time: feed.nextTime?.toISOString() ?? null,
        })),
      },
    });
    sendPage(req, res, 'settings/settings', page);
  };
}
