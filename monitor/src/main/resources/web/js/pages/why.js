// What changed, since when, in which part of the traffic, and what came at the same time?
import { Chart } from '../chart.js';
import { jaeger } from '../data/traces.js';
import { beyondZero, chosenSlice, eventName, headline, lines, mostChanged, points, relative, sameVersion, share, sliceKey, sliceName, step, timeline, way } from '../data/why.js';
import { h, replaceWhenChanged } from '../dom.js';
import { clock, count, number, percent, sentence } from '../format.js';
import { reference } from '../palette.js';
import { addressOf } from '../router.js';
import { empty, failed, loading, poll } from '../source.js';
import { traceLink } from '../trace.js';

const SLICES = 6;
const colours = ['--baseline', '--third', '--canary', '--fourth'];

function mount(container, query) {
  let wanted = query;
  let versions = null;
  let answer = { data: null, error: '' };
  let asked = '';
  let scrolledFor = '';
  let template = '';
  let endAnswer = () => {};
  const controls = h('div', { className: 'card row controls' });
  const frame = h('div', { className: 'chart' });
  const chart = new Chart(frame, { height: 150, format: (value) => `${+value.toFixed(1)} %` });
  const body = h('div', { className: 'stack' }, loading('what changed'));
  container.append(controls, body);
  controls.hidden = true;

  /** Asks for what the address names; without a version there for the one that changed most. */
  function ask() {
    if (!wanted.version) {
      const most = mostChanged(versions ?? []);
      if (most === undefined) return;
      wanted = { ...wanted, route: most.route, model: most.model, version: most.version };
    }
    const { slice, ...question } = wanted;
    const path = `api/v1/why${addressOf('', question).slice(2)}`;
    if (path === asked) return;
    asked = path;
    endAnswer();
    endAnswer = poll(path, 5000, (newer) => {
      answer = newer;
      show();
    });
  }

  function show() {
    const focused = document.activeElement?.dataset?.keep;
    const known = versions ?? [];
    controls.hidden = known.length === 0;
    replaceWhenChanged(controls, [known.map(({ route, model, version }) => [route, model, version]), wanted], () => choices(known, wanted));
    showBody(known);
    if (focused) container.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  function showBody(known) {
    const { data, error } = answer;
    if (data === null) {
      if (error) replaceWhenChanged(body, error, failed);
      else if (versions !== null && known.length === 0 && !wanted.version) replaceWhenChanged(body, 'none', () => empty('Nothing is known yet.', 'A version is looked at when it was pushed with a reference and its samples come.'));
      return;
    }
    const slice = chosenSlice(data, wanted.slice);
    const scrolled = scrolledFor === asked ? body.querySelector('.deployments')?.scrollTop : undefined;
    replaceWhenChanged(body, [data, error, slice && sliceKey(slice), template, wanted], () => [
      error ? failed(error) : '',
      data.reason ? empty(sentence(data.reason)) : headlineCard(data),
      h('div', { className: 'halves' },
        h('div', { className: 'stack' }, ...(data.reason ? [] : [chartCard(data, slice), slicesCard(data, slice, wanted), eventsCard(data, wanted)])),
        h('div', { className: 'stack' }, deploymentsCard(data), data.reason ? null : tracesCard(data, slice, template))),
    ]);
    scrolledFor = asked;
    scroll(body.querySelector('.deployments'), scrolled);
    if (!data.reason) draw(data, slice);
  }

  function chartCard(data, slice) {
    const drawn = lines(data, slice).lines;
    return h('section', { className: 'card', 'aria-label': 'Over time' },
      h('div', { className: 'row small' }, h('span', { className: 'muted', textContent: `How often ${eventName(data.event)}` }), h('span', { className: 'spacer' }),
        ...drawn.map((line, i) => h('span', {}, h('i', { className: 'dot', style: { background: reference(colourOf(i, data)) } }), line.name)),
        data.against ? null : h('span', {}, h('i', { className: 'stroke decides' }), `changed at ${clock(data.sinceMillis)}`)),
      frame);
  }

  function draw(data, slice) {
    const { at, lines: drawn } = lines(data, slice);
    const described = drawn.map((line, i) => ({ name: line.name, colour: colourOf(i, data), width: 2 }));
    if (data.against) chart.show(described, [at, ...drawn.map((line) => line.values)]);
    else chart.show([...described, { name: 'before and after', colour: '--text', dash: [6, 4], width: 1 }], [at, ...drawn.map((line) => line.values), step(data)]);
  }

  const endVersions = poll('api/v1/why/versions', 5000, (newer) => {
    if (newer.data === null) {
      if (answer.data === null) answer = { data: null, error: newer.error };
    } else {
      versions = newer.data;
      ask();
    }
    show();
  });
  ask();
  return {
    update(state) {
      if (template === state.jaegerUrl) return;
      template = state.jaegerUrl;
      show();
    },
    turn(next) {
      wanted = next;
      ask();
      show();
    },
    close() {
      endVersions();
      endAnswer();
    },
  };
}

/** To where it was, or to the change in its middle. */
function scroll(list, to) {
  const divider = list?.querySelector('.divider');
  if (to !== undefined && list) list.scrollTop = to;
  else if (divider) list.scrollTop = divider.offsetTop - list.offsetTop - list.clientHeight / 2;
}

/** One version: all blue, the slice orange. Two: blue and violet, their slices orange and green. */
const colourOf = (place, data) => (data.against ? colours[place] : colours[2 * place]);

function choice(text, isChosen, query, kind) {
  const link = h('a', { className: 'choice', href: addressOf('why', query), textContent: text, 'data-keep': `${kind} ${text}` });
  if (isChosen) link.setAttribute('aria-current', 'true');
  return link;
}

/** Versions, and what the chosen one is compared with. */
function choices(versions, wanted) {
  const siblings = versions.filter((one) => one.route === (wanted.route ?? '') && (!wanted.model || one.model === wanted.model) && one.version !== wanted.version);
  const { route, model, version } = wanted;
  return [
    h('div', { className: 'row', role: 'group', 'aria-label': 'Version' },
      ...versions.map((one) => choice(`${one.route || one.model} · ${one.version}`, sameVersion(one, wanted), { route: one.route, model: one.model, version: one.version }, 'version'))),
    h('span', { className: 'spacer' }),
    h('div', { className: 'row', role: 'group', 'aria-label': 'Compared with' }, h('span', { className: 'small muted', textContent: 'compared with' }),
      choice('its own past', !wanted.against, { route, model, version }, 'against'),
      ...siblings.map((one) => choice(`version ${one.version}`, one.version === wanted.against, { route, model, version, against: one.version }, 'against'))),
  ];
}

function headlineCard(data) {
  const { tone, word, detail } = headline(data);
  const change = data.changes.find((one) => one.event === data.event);
  const windows = data.against
    ? `from ${clock(data.sinceMillis)} to ${clock(data.untilMillis)}, in ${count(change.after)} predictions beside ${count(change.before)}`
    : `since ${clock(data.sinceMillis)}, in ${count(change.after)} predictions; before, from ${clock(data.beforeMillis)} on, in ${count(change.before)}`;
  return h('div', { className: `card overall ${tone}`, role: 'status' }, h('h1', { textContent: word }), h('span', { textContent: detail }), h('span', { className: 'muted', textContent: windows }));
}

function eventsCard(data, wanted) {
  return h('section', { className: 'card', 'aria-label': 'What changed' }, h('h2', { textContent: 'What changed' }),
    h('div', { className: 'scroll' }, h('table', { className: 'why-table' },
      head(['happens when', 'before', 'after', 'change', 'deviations', '']),
      h('tbody', {}, ...data.changes.map((change) => h('tr', {},
        h('th', { scope: 'row' }, pick(eventName(change.event), change.event === data.event, { ...wanted, event: change.event, slice: '' }, 'event')),
        h('td', { className: 'number', textContent: percent(share(change.hitsBefore, change.before)) }),
        h('td', { className: 'number', textContent: percent(share(change.hitsAfter, change.after)) }),
        h('td', { className: 'number', textContent: points(change.change) }),
        h('td', { className: 'number', textContent: number(change.deviations) }),
        h('td', {}, verdict(beyondZero(change.change)))))))),
    h('p', { className: 'small muted', textContent: `Intervals hold together for all ${count(data.comparisons)} that were looked at, with ${percent(1 - data.alpha, 0)}, for one look.` }));
}

const head = (titles) => h('thead', {}, h('tr', {}, ...titles.map((title, i) => h('th', { scope: 'col', className: i > 0 ? 'number' : '', textContent: title }))));

const verdict = (shown) => h('span', { className: `pill ${shown ? 'warn' : ''}`, textContent: shown ? 'shown' : 'may be chance' });

function pick(text, isChosen, query, kind) {
  const link = h('a', { href: addressOf('why', query), textContent: text, 'data-keep': `${kind} ${text}` });
  if (isChosen) link.setAttribute('aria-current', 'true');
  return link;
}

function slicesCard(data, chosen, wanted) {
  const slices = data.slices.slice(0, SLICES);
  return h('section', { className: 'card', 'aria-label': 'Slices' }, h('h2', { textContent: 'Which part of the traffic explains it' }),
    slices.length === 0 ? h('p', { className: 'empty', textContent: 'None.' }) : h('div', { className: 'scroll' }, h('table', { className: 'why-table' },
      head(['slice', 'of the traffic', 'explains', 'how']),
      h('tbody', {}, ...slices.map((slice) => {
        const { text, interval, of } = way(slice);
        return h('tr', {},
          h('th', { scope: 'row' }, pick(sliceName(slice), slice === chosen, { ...wanted, event: data.event, slice: sliceKey(slice) }, 'slice'), h('div', {}, verdict(slice.shown))),
          h('td', { className: 'number', textContent: percent(slice.size) }),
          h('td', { className: 'explains' }, explains(slice)),
          h('td', { className: 'number' }, h('div', { textContent: text }), h('div', { className: 'small muted', textContent: `${points(interval)} ${of}` })));
      })))),
    data.slices.length > slices.length ? h('p', { className: 'small muted', textContent: `${data.slices.length - slices.length} more explain less.` }) : null);
}

/** What it explains, and a mark at what its size alone would. */
function explains(slice) {
  const at = (part) => `${100 * Math.max(0, Math.min(1, part))}%`;
  return h('div', { className: 'share' },
    h('div', { className: 'interval', role: 'img', 'aria-label': `explains ${percent(slice.explained, 0)}, ${percent(slice.size, 0)} by its size alone` },
      h('div', { className: 'span-of', style: { left: 0, width: at(slice.explained) } }),
      h('div', { className: 'mark', style: { left: at(slice.size) }, title: 'by its size alone' })),
    h('span', { textContent: percent(slice.explained, 0) }));
}

function tracesCard(data, slice, template) {
  const traces = slice?.traces ?? [];
  return h('section', { className: 'card', 'aria-label': 'Traces' },
    h('h2', { textContent: slice ? `Traces of ${sliceName(slice)} in which ${eventName(data.event)}` : 'Traces' }),
    traces.length === 0 ? h('p', { className: 'empty', textContent: 'None of these requests was traced.' }) : h('ul', { className: 'plain columns' }, ...traces.map((trace) =>
      h('li', { className: 'row' }, traceLink(trace.traceId, trace.held, trace.traceId.slice(0, 8)),
        template ? h('a', { className: 'small', href: jaeger(template, trace.traceId), target: '_blank', rel: 'noreferrer', textContent: 'In Jaeger' }) : null))));
}

function deploymentsCard(data) {
  const since = data.against ? 0 : data.sinceMillis ?? 0;
  const from = data.windows?.[0] ?? 0;
  return h('section', { className: 'card', 'aria-label': 'Deployments' }, h('h2', { textContent: 'Deployed and configured meanwhile' }),
    data.deployments.length === 0 ? h('p', { className: 'empty', textContent: 'Nothing.' }) : h('ol', { className: 'plain deployments', tabIndex: 0, 'aria-label': 'newest first' }, ...timeline(data).map((row) => row.divider
      ? h('li', { className: 'divider small', textContent: `${clock(row.atMillis)}: first window after the change` })
      : h('li', {},
        h('div', { className: 'row small' }, h('span', { className: 'pill', textContent: row.kind }), h('span', { className: 'muted', textContent: clock(row.atMillis) }), h('span', { className: 'spacer' }), since ? h('span', { className: 'muted', textContent: relative(row.atMillis, since) }) : null),
        h('div', { className: 'small', textContent: row.what })))),
    data.deploymentsSinceMillis > from ? h('p', { className: 'small muted', textContent: `All are known only since ${clock(data.deploymentsSinceMillis)}.` }) : null);
}

export default { id: 'why', title: 'Why', mount };
