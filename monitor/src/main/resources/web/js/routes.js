// Routes: who gets how much of the traffic, and how each variant does.
import { Chart } from './chart.js';
import { lastTen } from './data/versions.js';
import { h, set, sync, replaceWhenChanged } from './dom.js';
import { clock, count, millis, percent, points, rate } from './format.js';
import { showMirrors } from './mirror.js';
import { reference, variantColour } from './palette.js';

const measures = [
  { title: 'requests / s', of: (t) => t.requestsPerSecond, format: (v) => count(v) },
  { title: 'errors %', of: (t) => t.errorPercent, format: (v) => v.toFixed(v < 1 && v > 0 ? 1 : 0), floor: 1 },
  { title: 'median latency, ms', of: (t) => t.p50Millis, format: (v) => v.toFixed(v < 10 && v > 0 ? 1 : 0) },
  { title: 'p99 latency, ms', of: (t) => t.p99Millis, format: (v) => v.toFixed(0) },
];

const charts = new WeakMap();

export function showRoutes(container, routes) {
  if (routes.length === 0) {
    replaceWhenChanged(container, 'none', () =>
      h('div', { className: 'card', 'data-key': 'none' }, h('h2', { textContent: 'Routes' }), h('p', { className: 'empty', textContent: 'None: push a version and put a route.' })));
    return;
  }
  delete container.dataset.shown;
  sync(container, routes, (route) => route.name, create, update);
}

function create() {
  const frames = measures.map(() => h('div'));
  const card = h(
    'div',
    { className: 'card' },
    h('div', { className: 'row head' }),
    h('div', { className: 'diverted' }),
    h('div', { className: 'weights' }),
    h('div', { className: 'charts' }, ...measures.map((measure, i) => h('div', { className: 'chart' }, h('div', { className: 'title', textContent: measure.title }), frames[i]))),
    h('div', { className: 'scroll' }, h('table', { className: 'variants' })),
    h('div', { className: 'classes' }),
    h('div', { className: 'mirrors' }),
  );
  charts.set(card, frames.map((frame, i) => new Chart(frame, { format: measures[i].format, floor: measures[i].floor })));
  return card;
}

function update(card, route) {
  const variants = route.variants.map((variant, place, all) => ({ ...variant, colour: variantColour(variant, place, all) }));
  replaceWhenChanged(card.querySelector('.head'), [route.name, route.generation, route.sticky], () => [
    h('h3', { textContent: route.name }),
    route.sticky ? h('span', { className: 'pill', textContent: `sticky by ${route.sticky}` }) : '',
    h('span', { className: 'spacer' }),
    h('span', { className: 'muted small', textContent: route.generation > 0 ? `generation ${route.generation}` : 'foreign: told by spans of other senders' }),
  ]);
  replaceWhenChanged(card.querySelector('.diverted'), [route.diverted], () => (route.diverted === null ? [] : diverted(route.diverted)));
  sync(card.querySelector('.weights'), variants.filter((variant) => variant.weightBasisPoints > 0), (v) => `${v.name}/${v.version}`, () => h('div'), (bar, variant) =>
    set(bar, {
      style: { flexGrow: variant.weightBasisPoints, flexBasis: 0, background: reference(variant.colour), padding: variant.weightBasisPoints < 700 ? 0 : '0 8px' },
      title: `${variant.name}: version ${variant.version}, ${points(variant.weightBasisPoints)}`,
      textContent: variant.weightBasisPoints < 700 ? '' : `version ${variant.version} · ${points(variant.weightBasisPoints)}`,
    }));
  showCharts(card, variants);
  showTable(card.querySelector('.variants'), variants);
  showClasses(card.querySelector('.classes'), variants);
  showMirrors(card.querySelector('.mirrors'), route, variants);
}

function diverted({ variant, sinceMillis, by, reason }) {
  return [
    h('span', { className: 'pill warn', textContent: 'sent to its fallback' }),
    h('span', { textContent: ` All requests go to ${variant} since ${clock(sinceMillis)}, by ${by}${reason ? `: ${reason}` : ''}. Until weir route restore.` }),
  ];
}

function showCharts(card, variants) {
  const drawn = variants.filter((variant) => variant.traffic !== null);
  if (drawn.length === 0) return;
  const from = drawn[0].traffic.fromSecond;
  const at = drawn[0].traffic.requestsPerSecond.map((_, i) => from + i);
  const lines = drawn.map((variant) => ({ name: `${variant.name} ${variant.version}`, colour: variant.colour }));
  charts.get(card).forEach((chart, i) => chart.show(lines, [at, ...drawn.map((variant) => measures[i].of(variant.traffic))]));
}

function showTable(table, variants) {
  const rows = variants.map((variant) => ({ ...numbers(variant), colour: variant.colour }));
  replaceWhenChanged(table, rows, () => [
    h('thead', {}, h('tr', {}, ...['variant', 'model', 'share', 'requests/s', 'errors', 'p50', 'p99', 'accuracy'].map((title, i) => h('th', { className: i > 1 ? 'number' : i === 1 ? 'wide-only' : '', textContent: title })))),
    h('tbody', {}, ...rows.map((row) =>
      h('tr', { className: row.gone ? 'gone' : '' },
        h('td', {}, h('i', { className: 'dot', style: { background: reference(row.colour) } }), row.name),
        h('td', { className: 'muted wide-only', textContent: row.model }),
        ...[row.share, row.requests, row.errors, row.p50, row.p99, row.accuracy].map((text) => h('td', { className: 'number', textContent: text }))))),
  ]);
}

/** The last ten seconds in numbers. */
function numbers(variant) {
  const last = (list) => list.findLast((value) => value !== null) ?? null;
  const requests = lastTen(variant, (t) => t.requestsPerSecond);
  const errors = lastTen(variant, (t) => t.errorPercent);
  const sum = requests.reduce((a, b) => a + b, 0);
  const failed = requests.reduce((all, n, i) => all + (n * (errors[i] ?? 0)) / 100, 0);
  return {
    name: `${variant.name} ${variant.version}`,
    gone: variant.gone,
    model: variant.model,
    share: variant.gone ? 'gone' : variant.foreign ? 'foreign' : points(variant.weightBasisPoints),
    requests: rate(sum / 10),
    errors: sum > 0 ? percent(failed / sum, 2) : '–',
    p50: millis(last(lastTen(variant, (t) => t.p50Millis))),
    p99: millis(last(lastTen(variant, (t) => t.p99Millis))),
    accuracy: variant.accuracy === null ? '–' : `${percent(variant.accuracy)} of ${count(variant.labelled)}`,
  };
}

function showClasses(container, variants) {
  const names = [...new Set(variants.flatMap((variant) => variant.classes.map((share) => share.predicted)))];
  const shown = names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).slice(0, 12);
  const rows = shown.map((name) => ({
    name,
    shares: variants.filter((v) => v.classes.length > 0).map((variant) => ({
      colour: variant.colour,
      share: variant.classes.find((share) => share.predicted === name)?.share ?? 0,
    })),
  }));
  container.hidden = rows.length === 0;
  replaceWhenChanged(container, rows, () => [
    h('div', { className: 'small muted', textContent: `Predicted classes, last two minutes${names.length > shown.length ? ` (${shown.length} of ${names.length})` : ''}` }),
    ...rows.map((row) => h('div', { className: 'class' },
      h('span', { className: 'small', textContent: row.name }),
      h('div', {}, ...row.shares.map((share) => h('div', { className: 'share' },
        h('div', { className: 'track' }, h('div', { style: { width: `${100 * share.share}%`, background: reference(share.colour) } })),
        h('span', { textContent: percent(share.share) })))))),
  ]);
}
