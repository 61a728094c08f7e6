// One trace as a waterfall, in a dialog above the page: #trace=<id>.
import { jaeger } from './data/traces.js';
import { h } from './dom.js';
import { clock, micros } from './format.js';

let template = '';

/** The address of Jaeger's page of a trace, with {trace} where the id goes; empty: none. */
export function linkToJaeger(address) {
  template = address;
}

const colours = ['--baseline', '--canary', '--third', '--fourth', '--accent'];

export function followAddress(dialog) {
  let below = '#/overview';
  dialog.addEventListener('close', () => {
    if (location.hash.startsWith('#trace=')) history.replaceState(null, '', below);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  const open = () => {
    const id = /^#trace=([0-9a-f]{32})$/.exec(location.hash)?.[1];
    if (id !== undefined) {
      show(dialog, id);
    } else {
      if (location.hash.startsWith('#/')) below = location.hash;
      if (dialog.open) dialog.close();
    }
  };
  addEventListener('hashchange', open);
  open();
}

/** A link to a trace, or its name when it is not here. */
export const traceLink = (id, held, text) =>
  held
    ? h('a', { className: 'mono', href: `#trace=${id}`, textContent: text })
    : h('span', { className: 'mono muted', title: `${id}: not here`, textContent: text });

async function show(dialog, id) {
  dialog.replaceChildren(head(dialog, `Trace ${id}`, ''), h('p', { className: 'waterfall muted', textContent: 'Loading …' }));
  if (!dialog.open) dialog.showModal();
  try {
    const response = await fetch(`api/v1/traces/${id}`);
    const answer = await response.json();
    dialog.replaceChildren(...(response.ok ? waterfall(dialog, answer) : [head(dialog, `Trace ${id}`, ''), h('p', { className: 'waterfall', textContent: answer.error })]));
  } catch (problem) {
    dialog.replaceChildren(head(dialog, `Trace ${id}`, ''), h('p', { className: 'waterfall bad', textContent: `The monitor does not answer: ${problem.message}` }));
  }
}

function head(dialog, title, detail) {
  return h('div', { className: 'row' },
    h('b', { className: 'mono', textContent: title }),
    h('span', { className: 'muted small', textContent: detail }),
    h('span', { className: 'spacer' }),
    template ? h('a', { href: jaeger(template, title.replace('Trace ', '')), target: '_blank', rel: 'noreferrer', textContent: 'In Jaeger' }) : null,
    h('button', { textContent: 'Close', onclick: () => dialog.close() }));
}

function waterfall(dialog, trace) {
  const services = [...new Set(trace.rows.map((row) => row.service))];
  const total = Math.max(1, trace.durationMicros);
  return [
    head(dialog, `Trace ${trace.traceId}`, `${clock(trace.startMillis)} · ${micros(trace.durationMicros)} · ${trace.rows.length} spans`),
    h('div', { className: 'waterfall' }, ...trace.rows.map((row) => span(row, total, colours[services.indexOf(row.service) % colours.length]))),
  ];
}

function span(row, total, colour) {
  const left = (100 * row.startMicros) / total;
  const width = (100 * row.durationMicros) / total;
  const label = width > 15 ? { left: `${left}%` } : left + width < 85 ? { left: `${left + width}%` } : { right: `${100 - left}%` };
  const details = h('dl', { className: 'attributes', hidden: true },
    ...Object.entries({ service: row.service, instance: row.instance, kind: row.kind, ...(row.message ? { error: row.message } : {}), ...row.attributes })
      .flatMap(([name, value]) => [h('dt', { className: 'muted', textContent: name }), h('dd', { className: 'mono', textContent: value })]));
  const name = h('button', { className: 'span-name', style: { paddingLeft: `${row.depth * 16}px` }, title: `${row.service}: ${row.name}`, 'aria-expanded': 'false', onclick: () => {
    details.hidden = !details.hidden;
    name.setAttribute('aria-expanded', String(!details.hidden));
  } },
    h('i', { className: 'dot', style: { background: `var(${colour})` } }),
    h('span', { className: row.error ? 'bad' : '', textContent: row.name }),
    h('span', { className: 'muted small', textContent: ` ${row.service.replace(/^weir-/, '')}${row.lost ? ' · its parent is not here' : ''}` }));
  return h('div', { className: 'span' }, name,
    h('div', { className: 'lane' },
      h('div', { className: row.error ? 'error' : '', style: { left: `${left}%`, width: `${width}%`, ...(row.error ? {} : { background: `var(${colour})` }) } }),
      h('span', { className: width > 15 ? 'inside' : '', style: label, textContent: micros(row.durationMicros) })),
    details);
}
