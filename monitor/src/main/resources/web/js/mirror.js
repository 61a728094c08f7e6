// What a shadow version answered beside the one that clients got.
import { h, replaceWhenChanged, set, sync } from './dom.js';
import { clock, count, millis, number, part, points } from './format.js';
import { reference } from './palette.js';
import { traceLink } from './trace.js';

const statusNames = ['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'];

/** `variants` with their colours: the primary has the colour of its variant. */
export function showMirrors(container, route, variants) {
  const waits = route.mirror !== '' && !route.mirrors.some((mirror) => mirror.shadow === route.mirror);
  const answers = new Set(variants.filter((variant) => variant.weightBasisPoints > 0).map(versionOf));
  const mirrors = route.mirrors.map((mirror) => ({ ...mirror, ended: mirror.shadow !== route.mirror || !answers.has(mirror.primary) }));
  const shown = [...(waits ? [{ waits: true, primary: '', shadow: route.mirror }] : []), ...mirrors];
  container.hidden = shown.length === 0;
  sync(container, shown, (mirror) => `${mirror.primary} ${mirror.shadow}`, create, (element, mirror) => update(element, mirror, route, variants));
}

const versionOf = (variant) => `${variant.model}/${variant.version}`;

function create(mirror) {
  if (mirror.waits) return h('p', { className: 'empty small' });
  return h('details', { className: 'mirror', open: !mirror.ended },
    h('summary', { className: 'row' }),
    h('div', { className: 'figures' }),
    h('div', { className: 'beside' },
      h('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'How the answers agree' }, h('table', { className: 'outputs' })),
      h('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': 'How the two versions did' },
        h('table', { className: 'sides' }),
        h('div', { className: 'small muted statuses' }))),
    examples('differing'),
    examples('failing'));
}

const examples = (name) => h('details', { className: `examples ${name}` }, h('summary', { className: 'small' }), h('ol', { className: 'small' }));

function update(element, mirror, route, variants) {
  if (mirror.waits) {
    set(element, { textContent: `Mirror → ${mirror.shadow} (${points(route.mirrorBasisPoints)} copied): no pairs yet.` });
    return;
  }
  const colour = variants.find((variant) => versionOf(variant) === mirror.primary)?.colour ?? '--baseline';
  replaceWhenChanged(element.querySelector('summary'), [mirror.ended, route.mirrorBasisPoints, mirror.sinceMillis], () => [
    h('h4', { textContent: `Mirror → ${mirror.shadow} beside ${mirror.primary}` }),
    h('span', { className: 'pill', textContent: mirror.ended ? 'ended' : `${points(route.mirrorBasisPoints)} copied` }),
    h('span', { className: 'spacer' }),
    h('span', { className: 'muted small', textContent: `since ${clock(mirror.sinceMillis)}` }),
  ]);
  showFigures(element.querySelector('.figures'), mirror);
  showOutputs(element.querySelector('.outputs'), mirror);
  showSides(element, mirror, colour);
  showExamples(element.querySelector('.differing'), 'Biggest differences', mirror.differing);
  showExamples(element.querySelector('.failing'), 'Newest failures of the shadow alone', mirror.failing);
}

function showFigures(container, mirror) {
  const figures = [
    ['pairs', count(mirror.pairs)],
    ['shadow alone failed', part(mirror.results.shadow_failed, mirror.pairs, 2)],
    ['shadow slower', part(mirror.shadowSlower, mirror.results.both_ok, 1)],
    ...(mirror.compared < mirror.results.both_ok ? [['compared', part(mirror.compared, mirror.results.both_ok, 1)]] : []),
    ...(mirror.unlike > 0 ? [['not alike in form', part(mirror.unlike, mirror.compared, 2)]] : []),
  ];
  replaceWhenChanged(container, figures, () => figures.map(([name, value]) => h('div', {}, h('b', { textContent: value }), h('div', { className: 'small muted', textContent: name }))));
}

function showOutputs(table, mirror) {
  const rows = mirror.outputs.map((output) => [
    output.name,
    part(output.rowsAgreeing, output.rows, 1),
    count(output.rows),
    ...(output.numeric ? [`${difference(output, 'p50')}`, difference(output, 'p99'), difference(output, 'max')] : ['–', '–', '–']),
  ]);
  table.hidden = rows.length === 0;
  replaceWhenChanged(table, rows, () => [
    head(['output', 'labels agree', 'rows', 'off by p50', 'p99', 'most']),
    h('tbody', {}, ...rows.map((row) => line(row, row[1] === '100.0 %' ? '' : 'strong'))),
  ]);
}

/** The absolute difference. */
const difference = (output, which) => number(Number(output.absolute[which]));

function showSides(element, mirror, colour) {
  const rows = [
    ['primary', mirror.primary, mirror.primarySide, colour],
    ['shadow', mirror.shadow, mirror.shadowSide, '--third'],
  ].map(([role, version, side, dot]) => {
    const failed = Object.entries(side.statuses).filter(([code]) => code !== '0').sort((a, b) => b[1] - a[1]);
    const sum = failed.reduce((all, [, n]) => all + n, 0);
    return {
      dot,
      cells: [`${role} ${version}`, millis(side.p50Millis), millis(side.p99Millis), part(sum, mirror.pairs, 2)],
      statuses: failed.length === 0 ? [] : [`${role}: ${failed.slice(0, 4).map(([code, n]) => `${statusNames[code]} ${count(n)}`).join(', ')}${failed.length > 4 ? ' …' : ''}`],
    };
  });
  replaceWhenChanged(element.querySelector('.sides'), rows.map((row) => row.cells), () => [
    head(['version', 'p50', 'p99', 'failed']),
    h('tbody', {}, ...rows.map((row) => {
      const shown = line(row.cells, '');
      shown.firstChild.prepend(h('i', { className: 'dot', style: { background: reference(row.dot) } }));
      return shown;
    })),
  ]);
  set(element.querySelector('.statuses'), { textContent: rows.flatMap((row) => row.statuses).join('; ') });
}

const head = (titles) => h('thead', {}, h('tr', {}, ...titles.map((title, i) => h('th', { className: i > 0 ? 'number' : '', textContent: title }))));

const line = (cells, className) => h('tr', { className }, ...cells.map((text, i) => h('td', { className: i > 0 ? 'number' : '', textContent: text })));

/** Opened by hand, and stays as it is while what it holds changes. */
function showExamples(details, title, pairs) {
  details.hidden = pairs.length === 0;
  set(details.querySelector('summary'), { textContent: `${title} (${pairs.length})` });
  replaceWhenChanged(details.querySelector('ol'), pairs, () => pairs.map((pair) => h('li', {},
    h('span', { textContent: pair.what }),
    h('span', { className: 'traces' },
      h('span', { className: 'muted', textContent: clock(pair.atMillis) }),
      h('span', { className: 'mono muted request', title: 'request id', textContent: pair.requestId || 'no request id' }),
      ...pair.traces.map((trace) => traceLink(trace.traceId, trace.held, `${trace.side} ${trace.traceId.slice(0, 8)}`)),
      pair.traces.length === 0 ? h('span', { className: 'muted', textContent: 'not traced' }) : ''))));
}
