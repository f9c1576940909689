/* global uPlot */
// Charts that tell the values under the pointer. What the server has drawn stays where scripts do not run; here uPlot
// takes its place, and keeps it when a live page swaps the region around it.
import { formatCount, formatRate } from './words.js';

const plots = new Map();

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
  const colours = { accent: '--accent', soft: '--soft', bad: '--bad', wait: '--bar-running', good: '--good' };
  return {
    ...sizeOf(figure),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: { y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, values: (_plot, splits) => splits.map((seconds) => clock(seconds, splits)) },
      { ...axis, size: 64, values: (_plot, splits) => splits.map((value) => format(value)) },
    ],
    series: [
      { value: (_plot, seconds) => (seconds === null ? '–' : textOf(seconds, 0, 19)), label: 'UTC' },
      ...series.map(({ name, tone }) => ({
        label: name,
        stroke: colour(colours[tone]),
        width: 2,
        points: { show: false },
        value: (_plot, value) => (value === null ? '–' : format(value)),
      })),
    ],
    cursor: { drag: { x: false, y: false } },
  };
}

/** Days where they differ, seconds where there are some. */
function clock(seconds, splits) {
  const span = splits.at(-1) - splits[0];
  return span > 86_400 ? textOf(seconds, 5, 16) : textOf(seconds, 11, seconds % 60 === 0 ? 16 : 19);
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
new MutationObserver(() => plots.forEach(({ plot }) => plot.redraw())).observe(document.documentElement, {
  attributeFilter: ['data-bs-theme'],
});
