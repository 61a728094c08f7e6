// What became of single requests?
import { chosen, jaeger, width } from '../data/traces.js';
import { h, replaceWhenChanged } from '../dom.js';
import { clock, micros } from '../format.js';
import { empty, failed, loading, poll } from '../source.js';
import { traceLink } from '../trace.js';

function mount(container) {
  let answer = { data: null, error: '' };
  let template = '';
  let which = 'all';
  let held = false;
  const search = h('input', { type: 'search', placeholder: 'name, route, variant or id', 'aria-label': 'Search', oninput: () => show() });
  const buttons = ['all', 'errors', 'slow'].map((word) => h('button', { textContent: word, 'aria-pressed': String(word === which), onclick: () => {
    which = word;
    buttons.forEach((button) => button.setAttribute('aria-pressed', String(button.textContent === which)));
    show();
  } }));
  const hold = h('button', { textContent: 'pause', 'aria-pressed': 'false', title: 'keep the list as it is', onclick: () => {
    held = !held;
    hold.setAttribute('aria-pressed', String(held));
    hold.textContent = held ? 'paused' : 'pause';
  } });
  const list = h('div', {}, loading('traces'));
  container.append(h('div', { className: 'card row controls' }, ...buttons, search, h('span', { className: 'spacer' }), hold), list);
  function show() {
    if (answer.data === null) {
      if (answer.error) replaceWhenChanged(list, answer.error, failed);
      return;
    }
    const traces = chosen(answer.data, which, search.value);
    replaceWhenChanged(list, [traces, template, answer.error], () => [
      answer.error ? failed(answer.error) : null,
      traces.length === 0 ? empty(answer.data.length === 0 ? 'No trace yet.' : 'No trace like that.', 'Services send theirs to the monitor over OTLP; a part of all requests is sampled.') : table(traces, template),
    ].filter(Boolean));
  }
  const end = poll('api/v1/traces', 2000, (newer) => {
    if (held && newer.data !== null && answer.data !== null) return;
    answer = newer;
    show();
  });
  return {
    update(state) {
      template = state.jaegerUrl;
    },
    close: end,
  };
}

function table(traces, template) {
  const longest = Math.max(...traces.map((trace) => trace.durationMicros));
  return h('div', { className: 'card scroll' }, h('table', { className: 'traces-table' },
    h('thead', {}, h('tr', {}, ...['time', 'trace', 'operation', 'route', 'variant', 'took', '', 'spans', template ? 'Jaeger' : null].filter((title) => title !== null).map((title) => h('th', { scope: 'col', textContent: title })))),
    h('tbody', {}, ...traces.map((trace) => h('tr', {},
      h('td', { textContent: clock(trace.atMillis) }),
      h('td', {}, traceLink(trace.traceId, true, trace.traceId.slice(0, 8))),
      h('td', {}, trace.error ? h('span', { className: 'pill bad', textContent: 'error' }) : null, ` ${trace.name.split('/').pop()}`),
      h('td', { textContent: trace.route || '–' }),
      h('td', { textContent: trace.variant || '–' }),
      h('td', { className: 'number', textContent: micros(trace.durationMicros) }),
      h('td', { className: 'lane-cell' }, h('div', { className: `lane-bar ${trace.error ? 'error' : ''}`, style: { width: `${100 * width(trace.durationMicros, longest)}%` } })),
      h('td', { className: 'number', textContent: trace.spans }),
      template ? h('td', {}, h('a', { href: jaeger(template, trace.traceId), target: '_blank', rel: 'noreferrer', textContent: 'open' })) : null)))));
}

export default { id: 'traces', title: 'Traces', mount };
