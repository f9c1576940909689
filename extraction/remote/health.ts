import type { RemoteEntry } from '../catalogue.ts';

/** Rejects when nobody answers at the extractor's address. It is sent no sample: a refusal is an answer too. */
export async function checkRemote({ url }: Pick<RemoteEntry, 'url'>, limitMs = 1_500): Promise<void> {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(limitMs) });
  await response.body?.cancel();
  if (response.status >= 500) throw new Error(`it answers with status ${response.status}`);
}
