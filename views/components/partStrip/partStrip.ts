import { formatCount } from '../../assets/words.js';

/** One part, or neighbouring ones of a task that has many. */
export interface PartCellShape {
  readonly firstPart: number;
  readonly lastPart: number;
  readonly waiting: number;
  readonly running: number;
  readonly cancelled: number;
  readonly failed: number;
  readonly done: number;
  readonly expected: number;
  readonly handled: number;
  readonly objectsFailed: number;
  readonly attempt: number;
  readonly cursor: string | null;
}

export interface PartStrip {
  /** What is seen, for those who hear it. */
  readonly label: string;
  readonly cells: readonly { readonly tone: Tone; readonly title: string }[];
  readonly legend: readonly { readonly tone: Tone; readonly text: string }[];
}

type Tone = 'failed' | 'running' | 'cancelled' | 'waiting' | 'done';

const tones: readonly Tone[] = ['done', 'running', 'waiting', 'failed', 'cancelled'];

export function partStrip(cells: readonly PartCellShape[]): PartStrip {
  const legend = tones
    .map((tone) => ({ tone, count: cells.reduce((sum, cell) => sum + cell[tone], 0) }))
    .filter(({ count }) => count > 0)
    .map(({ tone, count }) => ({ tone, text: `${formatCount(count)} ${tone}` }));
  return {
    label: `Parts: ${legend.map(({ text }) => text).join(', ')}`,
    cells: cells.map((cell) => ({ tone: toneOf(cell), title: titleOf(cell) })),
    legend,
  };
}

/** Of several parts the one that somebody has to see first. */
function toneOf(cell: PartCellShape): Tone {
  if (cell.failed > 0) return 'failed';
  if (cell.running > 0) return 'running';
  if (cell.cancelled > 0) return 'cancelled';
  return cell.waiting > 0 ? 'waiting' : 'done';
}

function titleOf(cell: PartCellShape): string {
  const { firstPart, lastPart, objectsFailed, cursor } = cell;
  const isAlone = firstPart === lastPart;
  const name = isAlone
    ? `Part ${formatCount(firstPart)}`
    : `Parts ${formatCount(firstPart)} to ${formatCount(lastPart)}`;
  const states = tones
    .filter((tone) => cell[tone] > 0)
    .map((tone) => (isAlone ? tone : `${formatCount(cell[tone])} ${tone}`));
  return [
    `${name}: ${states.join(', ')}`,
    `${formatCount(cell.handled)} of ${formatCount(cell.expected)} objects`,
    ...(objectsFailed > 0 ? [`${formatCount(objectsFailed)} failed`] : []),
    `attempt ${formatCount(cell.attempt)}`,
    ...(cursor === null ? [] : [`come to ${cursor}`]),
  ].join(' · ');
}
