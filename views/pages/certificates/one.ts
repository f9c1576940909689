import type { ErasureCertificate } from '../../../domain/gc/certificate.ts';
import { formatCount } from '../../assets/words.js';
import { codeFact, fact, idFact, pageFact, type Fact } from '../../components/facts/facts.ts';
import { time, type Time } from '../../components/time/time.ts';
import type { PageHead } from '../../layout.ts';
import { paths } from '../../paths.ts';
import { describeContent } from '../tasks/describeContent.ts';
import { taskTypes } from '../../../domain/tasks/task.ts';

export type CertificateInput = ErasureCertificate & { readonly signature: string };

export interface CertificatePage {
  readonly head: PageHead;
  readonly subject: string;
  readonly verdict: { readonly tone: 'good' | 'waiting' | 'bad'; readonly text: string };
  readonly issued: Time;
  readonly ended: Time | null;
  readonly facts: readonly Fact[];
  readonly removed: readonly Fact[];
  readonly left: readonly Fact[];
  readonly check: string;
  readonly notCovered: readonly string[];
  readonly signature: string;
  readonly json: string;
  readonly file: string;
  readonly key: string;
}

/** What a certificate says, to be read and printed. */
export function certificatePage(certificate: CertificateInput): CertificatePage {
  const { subject, removal, left, not_covered: notCovered } = certificate;
  return {
    head: { title: 'Erasure certificate', section: 'tasks' },
    subject:
      subject.type === 'task' ? `What task ${subject.id} removed` : `${nameOf(subject.type)} ${subject.id}`,
    verdict: verdictOf(certificate),
    issued: time(certificate.issue_time),
    ended: removal.end_time === null ? null : time(removal.end_time),
    facts: [
      idFact('Certificate', certificate.certificate_id),
      fact('Issued by', certificate.issued_by),
      pageFact('Removed by', `Task ${removal.task_id}, ${removal.state}`, paths.task(removal.task_id)),
      fact('Its content', describeContent(taskTypes.gc, removal.content).title),
      fact('Created by', removal.created_by === '' ? '–' : removal.created_by),
    ],
    removed: removedFacts(certificate),
    left: left.map(({ what, count }) => fact(capital(what), formatCount(count))),
    check: checkText(certificate),
    notCovered: notCovered.map((what) => `${capital(what)}.`),
    signature: certificate.signature,
    json: JSON.stringify(certificate, null, 2),
    file: paths.certificateJson(certificate.certificate_id),
    key: paths.signingKey,
  };
}

function verdictOf({ nothing_left: nothing, check, left }: CertificateInput): CertificatePage['verdict'] {
  if (!nothing && left.length === 0) {
    const text =
      check.sample_store_keeps_versions === true
        ? 'The sample store keeps older versions of removed pictures.'
        : 'The sample store did not answer: whether pictures are left is not known.';
    return { tone: 'bad', text };
  }
  if (!nothing) return { tone: 'bad', text: 'Something is left.' };
  return check.is_complete
    ? { tone: 'good', text: 'Nothing of it is left.' }
    : { tone: 'waiting', text: 'Nothing of the objects that were checked is left.' };
}

function removedFacts({ removed }: CertificateInput): Fact[] {
  const { objects, rows, pictures, image_origins: origins } = removed;
  if (rows === null) {
    return [fact('Objects', `${formatCount(objects)}, with everything that belonged to it`)];
  }
  return [
    fact('Objects', formatCount(objects)),
    ...rows.map(({ table, descriptor_version: version, count }) =>
      codeFact(version === null ? table : `${table}, version ${version}`, formatCount(count)),
    ),
    fact('Pictures', formatCount(pictures)),
    fact('Image origins', formatCount(origins)),
  ];
}

function checkText({ check }: CertificateInput): string {
  if (check.method === 'filters') {
    return 'No list of ids was kept: objects that the same filters select were searched.';
  }
  const { objects_checked: checked, objects_removed: all } = check;
  if (check.is_complete) {
    return `${formatCount(checked)} ${checked === 1 ? 'id was' : 'ids were'} searched in every table that the gc removes from.`;
  }
  return `${formatCount(checked)} of ${formatCount(all)} ids, in evenly spaced batches, were searched in every table that the gc removes from.`;
}

function nameOf(type: 'face' | 'event'): string {
  return type === 'face' ? 'Face' : 'Event';
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
