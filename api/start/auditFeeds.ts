import { v4 as newUuid } from 'uuid';
import type { FeedName } from '../../db/audit/feedStore.ts';
import { createFileReceiver } from '../audit/feed/fileReceiver.ts';
import type { FeedReceiver } from '../audit/feed/receiver.ts';
import { runFeed } from '../audit/feed/runFeed.ts';
import { createWebhookReceiver } from '../audit/feed/webhookReceiver.ts';
import type { ApiConfig, ApiProcess, ApiResources } from './resources.ts';

/** The feeds of the audit that the settings set up. */
export function feedNames({ auditWebhook, auditFile }: ApiConfig): FeedName[] {
  return [
    ...(auditWebhook === undefined ? [] : ['webhook' as const]),
    ...(auditFile === undefined ? [] : ['file' as const]),
  ];
}

/** Sends the audit to each of them until the process stops. */
export async function runAuditFeeds(
  { config, log, stopping }: ApiProcess,
  { stores }: ApiResources,
): Promise<void> {
  await Promise.all(
    receivers(config).map((receiver) =>
      runFeed({ feeds: stores.auditFeeds(newUuid()), receiver, log }, stopping),
    ),
  );
}

function receivers(config: ApiConfig): FeedReceiver[] {
  const { auditWebhook: url, auditWebhookSecret: name = '', notificationSecrets = {}, auditFile } = config;
  return [
    ...(url === undefined ? [] : [createWebhookReceiver({ url, secret: notificationSecrets[name] ?? '' })]),
    ...(auditFile === undefined ? [] : [createFileReceiver(auditFile)]),
  ];
}
