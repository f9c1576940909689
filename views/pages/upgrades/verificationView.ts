import type { Verification, VerifiedObjects } from '../../../domain/upgrades/verification.ts';
import { formatCount } from '../../assets/words.js';
import { paths } from '../../paths.ts';
import {
  comparisonView,
  type ExplainedFigure,
  type ReportedObjects,
  type Verdict,
} from './comparisonView.ts';
import { errorRow, type ErrorTable } from './errorTable.ts';
import { objectsOf, oneOf } from './upgradeWords.ts';

/** What an upgrade has come to. */
export interface VerificationView {
  readonly objects: readonly ReportedObjects[];
  readonly errors: ErrorTable | null;
}

export function verificationView(verification: Verification): VerificationView {
  const { objects, errors, taskIds } = verification;
  return {
    objects: objects.map((one) => ({
      id: `verification-${one.objects}`,
      title: `Verification of ${objectsOf(one.objects, verification.kind)}`,
      ...verdictOf(one, verification),
      figures: figuresOf(one, verification),
      comparison: one.comparison === null ? null : comparisonView(one.comparison, verification),
    })),
    errors:
      errors.length === 0
        ? null
        : {
            caption: 'Open errors of the extracts',
            rows: errors.map(({ code, count, desc, example }) =>
              errorRow({
                ...{ text: desc, code, count, ...example },
                href: paths.errors({ task_ids: taskIds.join(','), error_code: code }),
              }),
            ),
          },
  };
}

function verdictOf({ objects, holdFrom, lackTo }: VerifiedObjects, { from, to }: Verification): Verdict {
  if (holdFrom === 0) return { tone: 'neutral', verdict: `No ${oneOf(objects)} has version ${from}.` };
  return lackTo === 0
    ? { tone: 'good', verdict: `All ${formatCount(holdFrom)} that have version ${from} have version ${to}.` }
    : {
        tone: 'waiting',
        verdict: `${formatCount(lackTo)} of ${formatCount(holdFrom)} that have version ${from} lack version ${to}.`,
      };
}

function figuresOf(
  { objects, holdFrom, holdBoth, lackTo, lackSample }: VerifiedObjects,
  { from, to }: Verification,
): ExplainedFigure[] {
  const figures = [
    {
      ...{ name: `Have version ${from}`, value: formatCount(holdFrom) },
      note: `These ${objects} are found now. The count is exact.`,
    },
    {
      ...{ name: `Have both`, value: formatCount(holdBoth) },
      note: `These are found after the switch to version ${to}, too.`,
    },
  ];
  if (lackTo === 0) return figures;
  return [
    ...figures,
    {
      ...{ name: `Lack version ${to}`, value: formatCount(lackTo) },
      note:
        lackSample === 0
          ? `After the switch these are not found. All have a sample, so an extract can compute it.`
          : `After the switch these are not found. ${formatCount(lackSample)} of them have no readable sample: for them version ${to} cannot be extracted.`,
    },
  ];
}
