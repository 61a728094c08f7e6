// How was it last hour, last week, last year?
import { Chart } from '../chart.js';
import { fields, lines } from '../data/history.js';
import { h, replaceWhenChanged, sync } from '../dom.js';
import { count, number } from '../format.js';
import { reference } from '../palette.js';
import { addressOf } from '../router.js';
import { empty, failed, loading, poll } from '../source.js';

const spans = { hour: 3600, day: 86400, week: 604800, '60 days': 5184000, year: 31536000 };
const colours = ['--baseline', '--canary', '--third', '--fourth', '--accent', '--muted'];
const LINES = colours.length;
const whole = (value) => count(value);
const plain = (value) => number(value);
const measured = [
  { title: 'requests per step', kind: 'outcomes', field: (p) => p.requests, format: whole },
  { title: 'errors, %', kind: 'outcomes', field: (p) => (p.errorRate === undefined ? null : 100 * p.errorRate), format: plain },
  { title: 'median latency, ms', kind: 'latency', field: (p) => p.p50Millis ?? null, format: plain },
  { title: 'p99 latency, ms', kind: 'latency', field: (p) => p.p99Millis ?? null, format: plain },
  { title: 'right by its label, %', kind: 'labels', field: (p) => (p.shares?.right === undefined ? null : 100 * p.shares.right), format: plain },
  { title: 'median confidence', kind: 'confidence', field: (p) => p.p50 ?? null, format: plain },
];
const charts = new WeakMap();

function mount(container, query) {
  let wanted = query;
  let end = () => {};
  const controls = h('div', { className: 'card row controls' });
  const body = h('div', { className: 'stack' }, loading('the history'));
  container.append(controls, body);
  function ask() {
    end();
    const span = wanted.span in spans ? wanted.span : 'hour';
    replaceWhenChanged(controls, span, () => Object.keys(spans).map((name) => {
      const link = h('a', { className: 'choice', href: addressOf('history', { ...wanted, span: name }), textContent: name });
      if (name === span) link.setAttribute('aria-current', 'true');
      return link;
    }));
    end = poll(`api/v1/history?from=-${spans[span]}&points=${span === 'hour' ? 120 : 180}`, 10_000, (answer) => show(body, answer));
  }
  ask();
  return {
    turn(next) {
      wanted = next;
      ask();
    },
    close: () => end(),
  };
}

function show(body, { data, error }) {
  if (data === null || data.series.length === 0) {
    replaceWhenChanged(body, [error, data === null], () => (error ? failed(error) : empty('Nothing is kept of that time yet.', 'What is seen is written every few seconds.')));
    return;
  }
  if (body.dataset.shown !== undefined || body.querySelector('.history-card, .trouble') === null) {
    delete body.dataset.shown;
    body.replaceChildren();
  }
  const fixed = measured.map((one) => ({ ...one, ...lines(data, one.kind, one.field) })).filter((one) => one.lines.length > 0);
  const features = data.series.filter((series) => series.kind === 'feature' && series.points.some((point) => point.p50 !== undefined))
    .map((series) => ({ title: `feature ${series.name}, version ${series.version}: p5, p50, p95`, format: plain, ...fields(data, series, ['p5', 'p50', 'p95']) }));
  const shown = [...(error ? [{ error }] : []), ...fixed, ...features];
  sync(body, shown, (one) => one.error ?? one.title, create, update);
}

function create(one) {
  if (one.error) return failed(one.error);
  const frame = h('div', { className: 'chart' });
  const card = h('section', { className: 'card history-card', 'aria-label': one.title }, h('div', { className: 'title row legend' }), frame);
  charts.set(card, new Chart(frame, { height: 130, format: one.format, dated: true }));
  return card;
}

function update(card, one) {
  if (one.error) return;
  const drawn = one.lines.slice(-LINES);
  const styled = drawn.map((line, i) => ({ name: line.name, colour: colours[i], dash: i > 2 ? [6, 3] : undefined }));
  replaceWhenChanged(card.querySelector('.legend'), [one.title, styled, one.lines.length], () => [
    h('b', { textContent: one.title }),
    ...styled.map((line) => h('span', { className: 'small' }, h('i', { className: 'dot', style: { background: reference(line.colour) } }), line.name)),
    one.lines.length > drawn.length ? h('span', { className: 'small muted', textContent: `${one.lines.length - drawn.length} more` }) : '',
  ]);
  charts.get(card).show(styled, [one.at, ...drawn.map((line) => line.values)]);
}

export default { id: 'history', title: 'History', mount };
