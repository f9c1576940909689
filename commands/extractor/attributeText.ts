import type { AttributesReport } from '../../domain/networks/report.ts';
import { textTable } from '../cli/textTable.ts';

/** What was told of each person. */
export function attributeLines({ people }: AttributesReport): string[] {
  const hasEmotions = people.some(({ emotions }) => emotions !== null);
  const rows = people.map(({ identity, age, gender, emotions }) => [
    ...[identity, age.toFixed(1), gender.toFixed(2)],
    ...(hasEmotions ? [strongest(emotions ?? {})] : []),
  ]);
  return textTable(['', 'age', 'gender (1: male)', ...(hasEmotions ? ['strongest emotions'] : [])], rows);
}

function strongest(emotions: Readonly<Record<string, number>>): string {
  return Object.entries(emotions)
    .sort(([, one], [, other]) => other - one)
    .slice(0, 2)
    .map(([label, share]) => `${label} ${share.toFixed(2)}`)
    .join(', ');
}
