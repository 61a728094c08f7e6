// How does each version of a route do beside the others?
import { compared, figures } from '../data/versions.js';
import { h, replaceWhenChanged, sync } from '../dom.js';
import { count, millis, percent, points, rate } from '../format.js';
import { reference, variantColour } from '../palette.js';
import { empty, loading } from '../source.js';

const rows = [
  { title: 'share of the route', text: (v, variant) => (variant.gone ? 'gone' : variant.foreign ? 'foreign' : points(variant.weightBasisPoints)) },
  { title: 'requests / s', text: (v) => rate(v.requestsPerSecond) },
  { title: 'errors', of: (v) => v.errorRate, text: (v) => (v.errorRate === null ? '–' : percent(v.errorRate, 2)), more: false },
  { title: 'median latency', of: (v) => v.p50Millis, text: (v) => millis(v.p50Millis), more: false },
  { title: 'p99 latency', of: (v) => v.p99Millis, text: (v) => millis(v.p99Millis), more: false },
  { title: 'accuracy', of: (v) => v.accuracy, text: (v) => (v.accuracy === null ? 'no labels' : `${percent(v.accuracy)} of ${count(v.labelled)}`), more: true },
];
const words = { 1: ['better', '▲ better'], 0: ['', ''], '-1': ['worse', '▼ worse'] };

function mount(container) {
  container.append(loading('versions'));
  return {
    update(state) {
      if (state.routes.length === 0) {
        replaceWhenChanged(container, 'none', () => empty('No route yet.', 'Push a version and put a route.'));
        return;
      }
      if (container.dataset.shown !== undefined || container.querySelector('.route-card') === null) {
        delete container.dataset.shown;
        container.replaceChildren();
      }
      sync(container, state.routes, (route) => route.name, () => h('section', { className: 'card route-card' }), update);
    },
  };
}

function update(card, route) {
  const variants = route.variants.map((variant, place, all) => ({ ...variant, colour: variantColour(variant, place, all), figures: figures(variant) }));
  const first = variants[0]?.figures;
  const described = variants.map(({ name, version, model, colour, gone, foreign, weightBasisPoints, figures: known, classes }) => ({ name, version, model, colour, gone, foreign, weightBasisPoints, known, classes }));
  replaceWhenChanged(card, [route.name, described], () => [
    h('h3', { textContent: route.name }),
    h('div', { className: 'scroll' }, h('table', { className: 'beside-table' },
      h('thead', {}, h('tr', {}, h('th', {}), ...described.map((variant) => h('th', { scope: 'col' }, h('i', { className: 'dot', style: { background: reference(variant.colour) } }), `${variant.name} · version ${variant.version}`)))),
      h('tbody', {}, ...rows.map((row) => h('tr', {}, h('th', { scope: 'row', textContent: row.title }),
        ...described.map((variant, place) => {
          const [className, word] = place === 0 || row.of === undefined ? ['', ''] : words[compared(row.of(variant.known), row.of(first), row.more)];
          return h('td', {}, h('b', { textContent: row.text(variant.known, variant) }), word ? h('span', { className: `small word ${className}`, textContent: word }) : null);
        })))))),
    classes(described),
    h('p', { className: 'small muted', textContent: 'The last ten seconds; accuracy and classes as far as samples and labels came. “Better” and “worse” are against the first version, by more than a tenth; whether that is chance, the rollout says.' }),
  ]);
}

function classes(variants) {
  const drawn = variants.filter((variant) => variant.classes.length > 0);
  const names = [...new Set(drawn.flatMap((variant) => variant.classes.map((share) => share.predicted)))]
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).slice(0, 12);
  if (names.length === 0) return null;
  return h('div', { className: 'classes' },
    h('div', { className: 'small muted', textContent: 'Predicted classes, last two minutes' }),
    ...names.map((name) => h('div', { className: 'class' }, h('span', { className: 'small', textContent: name }),
      h('div', {}, ...drawn.map((variant) => {
        const share = variant.classes.find((one) => one.predicted === name)?.share ?? 0;
        return h('div', { className: 'share' }, h('div', { className: 'track' }, h('div', { style: { width: `${100 * share}%`, background: reference(variant.colour) } })), h('span', { textContent: percent(share) }));
      })))));
}

export default { id: 'versions', title: 'Versions', mount };
