/* global uPlot */
// Charts that tell the values under the pointer. What the server has drawn stays where scripts do not run; here uPlot
// takes its place, and keeps it when a live page swaps the region around it.
import { formatCount, formatRate } from './words.js';

const plots = new Map();
const [minute, hour, day] = [60, 3_600, 86_400];
const timeSteps = [
  ...[1, 5, 10, 15, 30],
  ...[1, 5, 10, 15, 30].map((step) => step * minute),
  ...[1, 3, 6, 12].map((step) => step * hour),
  ...[1, 2, 7, 14, 28].map((step) => step * day),
];

function draw() {
  // Where it could not be loaded, the server's drawing stays.
  if (typeof uPlot === 'undefined') return;
  for (const figure of document.querySelectorAll('[data-chart]')) {
    const { times, unit, series } = JSON.parse(figure.dataset.chart);
    const data = [times, ...series.map(({ values }) => values)];
    const names = series.map(({ name }) => name).join();
    const known = plots.get(figure.id);
    const drawn = figure.querySelector('.chart-drawn');
    if (known !== undefined && known.names === names) {
      if (known.plot.root.parentElement !== figure) drawn.before(known.plot.root);
      known.plot.setData(data);
    } else {
      known?.plot.destroy();
      const plot = new uPlot(options(figure, unit, series), data);
      plot.root.setAttribute('aria-hidden', 'true');
      drawn.before(plot.root);
      plots.set(figure.id, { plot, names });
    }
    figure.classList.add('chart-live');
  }
}

function options(figure, unit, series) {
  const format = unit === 'rate' ? formatRate : formatCount;
  const colour = (name) => () => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  // A value is the mean of the time before it: a slope between two would show what never was.
  const paths = uPlot.paths.stepped({ align: -1 });
  const colours = { accent: '--accent', soft: '--soft', bad: '--bad', wait: '--bar-running', good: '--good' };
  return {
    ...sizeOf(figure),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: { y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      {
        ...axis,
        ...{ size: 32, gap: 8, space: 80, incrs: timeSteps },
        values: (_plot, splits, _axis, _space, step) => splits.map((seconds) => clock(seconds, step)),
      },
      { ...axis, size: 64, values: (_plot, splits) => splits.map((value) => format(value)) },
    ],
    series: [
      { label: 'UTC', value: (plot, seconds) => textOf(seconds ?? plot.data[0].at(-1), 5, 19) },
      ...series.map(({ name, tone }) => ({
        label: name,
        stroke: colour(colours[tone]),
        width: 1.5,
        paths,
        points: { show: false },
        // Without a pointer the newest value is told.
        value: (plot, value, index) => format(value ?? plot.data[index].at(-1)),
      })),
    ],
    cursor: { drag: { x: false, y: false } },
  };
}

/** The day where a step is one or more, seconds where it is below a minute. */
function clock(seconds, step) {
  if (step >= day) return textOf(seconds, 5, 10);
  return textOf(seconds, 11, step < 60 ? 19 : 16);
}

function textOf(seconds, from, to) {
  return new Date(seconds * 1000).toISOString().slice(from, to).replace('T', ' ');
}

function sizeOf(figure) {
  return { width: Math.max(200, figure.clientWidth), height: 180 };
}

draw();
document.addEventListener('live-swap', draw);
addEventListener('resize', () => {
  for (const [id, { plot }] of plots) {
    const figure = document.getElementById(id);
    if (figure !== null) plot.setSize(sizeOf(figure));
  }
});
// The colours of the legend are read once, when a plot is made.
new MutationObserver(() => {
  plots.forEach(({ plot }) => plot.destroy());
  plots.clear();
  draw();
}).observe(document.documentElement, { attributeFilter: ['data-bs-theme'] });
