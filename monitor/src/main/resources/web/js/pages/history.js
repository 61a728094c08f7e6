// What was seen over hours and days: requests, errors, latency, classes, accuracy by version.
import { Chart } from '../chart.js';
import { h, replaceWhenChanged, sync } from '../dom.js';
import { millis, percent, rate } from '../format.js';
import { guardrailColours, reference } from '../palette.js';
import { ask } from '../pages.js';

const spans = [['1 hour', 3600], ['6 hours', 21600], ['1 day', 86400], ['7 days', 604800], ['60 days', 5184000], ['1 year', 31536000]];
let span = 3600;

export const historyPage = {
  load: async () => {
    const wanted = (kind) => ask(`api/v1/history?series=${kind}&from=-${span}&points=120`);
    const [outcomes, latency, labels] = await Promise.all(['outcomes', 'latency', 'labels'].map(wanted));
    return { outcomes, latency, labels };
  },
  show,
};

const charts = new WeakMap();

function show(container, data) {
  if (!container.querySelector('.grid')) container.replaceChildren(h('div', { className: 'card row tabs', role: 'tablist', 'aria-label': 'How far back' }), h('div', { className: 'grid' }));
  replaceWhenChanged(container.querySelector('.tabs'), span, () =>
    spans.map(([name, seconds]) => h('button', { type: 'button', role: 'tab', textContent: name, 'aria-selected': String(seconds === span), onclick: async () => { span = seconds; show(container, await historyPage.load()); } })),
  );
  const routes = [...new Set(data.outcomes.series.map((series) => series.route))];
  const cards = routes.flatMap((route) => [
    { route, title: 'requests/s', format: rate, answer: data.outcomes, value: (point, step) => point.requests / step },
    { route, title: 'errors', format: (v) => percent(v), answer: data.outcomes, value: (point) => point.errorRate },
    { route, title: 'p99 latency', format: millis, answer: data.latency, value: (point) => point.p99Millis },
    { route, title: 'accuracy by labels', format: (v) => percent(v, 0), answer: data.labels, value: (point) => point.shares?.right ?? 0 },
  ]).filter((each) => each.answer.series.some((series) => series.route === each.route));
  const grid = container.querySelector('.grid');
  if (cards.length === 0) {
    replaceWhenChanged(grid, 'none', () => h('p', { className: 'empty card', textContent: 'Nothing was written in this time yet.' }));
    return;
  }
  delete grid.dataset.shown;
  if (grid.querySelector('.empty')) grid.replaceChildren();
  sync(grid, cards, (each) => `${each.route} ${each.title}`, create, update);
}

function create(card) {
  const plot = h('div', { className: 'chart' });
  const element = h('div', { className: 'card' }, h('div', { className: 'title row legend' }), plot);
  charts.set(element, new Chart(plot, { height: 150, format: card.format }));
  return element;
}

function update(element, card) {
  const series = card.answer.series.filter((each) => each.route === card.route);
  const { times, values } = aligned(series, card.answer, card.value);
  const lines = series.map((each, place) => ({ name: `version ${each.version}`, colour: guardrailColours[place % guardrailColours.length] }));
  replaceWhenChanged(element.querySelector('.legend'), [card.route, card.title, lines], () => [h('b', { textContent: `${card.route}: ${card.title}` }), ...lines.map((line) => h('span', { className: 'small' }, h('i', { className: 'dot', style: { background: reference(line.colour) } }), line.name))]);
  charts.get(element).show(lines, [times, ...values]);
}

/** One column of times, and for each series its values at them, null where nothing came. Exported for its test. */
export function aligned(series, answer, value) {
  const times = [...new Set(series.flatMap((each) => each.points.map((point) => point.start)))].sort((a, b) => a - b);
  const values = series.map((each) => {
    const known = new Map(each.points.map((point) => [point.start, value(point, answer.stepSeconds)]));
    return times.map((time) => known.get(time) ?? null);
  });
  return { times, values };
}
