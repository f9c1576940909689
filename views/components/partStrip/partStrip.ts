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
  /** Side by side on a line of 1,000, as wide as their objects are many. */
  readonly cells: readonly {
    readonly tone: Tone;
    readonly title: string;
    readonly x: number;
    readonly width: number;
  }[];
  /** Over all cells: how far each has come, what failed on the way, and what parts them. */
  readonly paths: { readonly handled: string; readonly failed: string; readonly gaps: string };
  readonly legend: readonly { readonly tone: Tone; readonly text: string }[];
}

type Tone = 'failed' | 'running' | 'cancelled' | 'waiting' | 'done';

const tones: readonly Tone[] = ['done', 'running', 'waiting', 'failed', 'cancelled'];
const stripWidth = 1_000;
// A part of a few objects beside large ones is still to be seen.
const leastShare = 0.1;

export function partStrip(cells: readonly PartCellShape[]): PartStrip {
  const objectsFailed = cells.reduce((sum, cell) => sum + cell.objectsFailed, 0);
  // Its colour stands for the objects too that parts under way have done.
  const isBegun = cells.some(({ handled }) => handled > 0);
  const legend = [
    ...tones
      .map((tone) => ({ tone, count: cells.reduce((sum, cell) => sum + cell[tone], 0) }))
      .filter(({ tone, count }) => count > 0 || (tone === 'done' && isBegun))
      .map(({ tone, count }) => ({ tone, text: `${formatCount(count)} ${tone}` })),
    ...(objectsFailed > 0
      ? [{ tone: 'failed', text: `${formatCount(objectsFailed)} objects failed` } as const]
      : []),
  ];
  const places = placesOf(cells);
  return {
    label: `Subtasks: ${legend.map(({ text }) => text).join(', ')}`,
    cells: places.map(({ cell, x, width }) => ({ tone: toneOf(cell), title: titleOf(cell), x, width })),
    paths: {
      handled: joined(places, ({ cell, x, unit }) => bar(x, unit * (cell.handled - cell.objectsFailed))),
      failed: joined(places, ({ cell, x, unit }) =>
        bar(x + unit * (cell.handled - cell.objectsFailed), unit * cell.objectsFailed),
      ),
      gaps: joined(places.slice(1), ({ x }) => `M${x} 0v1`),
    },
    legend,
  };
}

interface Place {
  readonly cell: PartCellShape;
  readonly x: number;
  readonly width: number;
  /** The width of one object. */
  readonly unit: number;
}

function placesOf(cells: readonly PartCellShape[]): Place[] {
  const objectsOf = ({ expected, handled }: PartCellShape) => Math.max(expected, handled, 1);
  const least = leastShare * Math.max(...cells.map(objectsOf));
  const weightOf = (cell: PartCellShape) => Math.max(least, objectsOf(cell));
  const scale = stripWidth / cells.reduce((sum, cell) => sum + weightOf(cell), 0);
  let end = 0;
  return cells.map((cell) => {
    const [x, width] = [end, weightOf(cell) * scale];
    end += width;
    return { cell, x: round(x), width: round(width), unit: width / objectsOf(cell) };
  });
}

function joined(places: readonly Place[], draw: (place: Place) => string): string {
  return places.map(draw).join('');
}

function bar(x: number, width: number): string {
  return width > 0 ? `M${round(x)} 0h${round(width)}v1h${round(-width)}z` : '';
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
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
    ? `Subtask ${formatCount(firstPart)}`
    : `Subtasks ${formatCount(firstPart)} to ${formatCount(lastPart)}`;
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
