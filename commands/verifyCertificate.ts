import type { SignedCertificate } from '../db/gc/certificateStore.ts';
import { isSignedBy } from '../platform/crypto/signingKey.ts';
import { printable } from '../platform/printable.ts';
import { defineCommand, runCommand } from './cli/options.ts';
import { keyOption, parseObject, readKeys, readText } from './cli/readKey.ts';

await runCommand(
  defineCommand(
    'npm run verify-certificate --',
    'Checks an erasure certificate, offline, and prints what it says.',
  )
    .argument('<file>', 'file with the certificate, JSON')
    .option(...keyOption)
    .action(async (file: string, { key }: { key?: string }) => {
      const document = parseObject(file, await readText(file));
      if (!('kind' in document) || document.kind !== 'erasure-certificate') {
        throw new Error(`${file} is not an erasure certificate`);
      }
      if (!isSignedBy(document, await readKeys(key))) throw new Error(`${file} does NOT match its signature`);
      process.stdout.write(
        `${printable(file)} matches its signature\n${textOf(document as SignedCertificate)}`,
      );
    }),
);

function textOf({
  subject,
  removal,
  issue_time,
  issued_by,
  check,
  left,
  nothing_left,
}: SignedCertificate): string {
  const lines = [
    `${subject.type} ${subject.id}, removed by task ${removal.task_id} (${removal.created_by}), ended ${removal.end_time ?? '–'}`,
    `issued ${issue_time} by ${issued_by}`,
    check.is_complete
      ? 'all of it was checked'
      : `${check.objects_checked} of ${check.objects_removed} objects were checked`,
    nothing_left ? 'nothing was left' : 'something was left:',
    ...left.map(({ what, count }) => `  ${count} ${what}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}
