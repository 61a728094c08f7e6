// Live versions against their reference: which features drift, since when, and how.
import { h, replaceWhenChanged } from '../dom.js';
import { clock, count, number, percent } from '../format.js';
import { ask } from '../pages.js';

export const driftPage = { load: () => ask('api/v1/drift'), show };

let chosen = '';

const key = (version) => `${version.route} ${version.model} ${version.version}`;

function show(container, versions) {
  if (versions.length === 0) {
    replaceWhenChanged(container, 'none', () => h('div', { className: 'card' }, h('h2', { textContent: 'Drift' }), h('p', { className: 'empty', textContent: 'No live version with a reference has been seen yet.' })));
    return;
  }
  const shown = versions.find((version) => key(version) === chosen) ?? versions.toSorted((a, b) => alarms(b) - alarms(a) || b.rows - a.rows)[0];
  chosen = key(shown);
  replaceWhenChanged(container, { versions, chosen }, () => [
    h('div', { className: 'card row tabs', role: 'tablist', 'aria-label': 'Versions' }, ...versions.map((version) => tab(container, versions, version))),
    card(shown),
  ]);
}

const alarms = (version) => version.features.reduce((sum, feature) => sum + feature.alarms.length, 0);

function tab(container, versions, version) {
  const on = alarms(version);
  return h('button', {
    type: 'button', role: 'tab', 'aria-selected': String(key(version) === chosen),
    textContent: `${version.route} · version ${version.version}${on > 0 ? ` · ▲ ${on}` : ''}`,
    onclick: () => { chosen = key(version); show(container, versions); },
  });
}

function card(version) {
  return h(
    'div',
    { className: 'card' },
    h('div', { className: 'row' },
      h('h3', { textContent: `${version.model} version ${version.version}` }),
      alarms(version) > 0 ? h('span', { className: 'pill bad', textContent: `▲ ${alarms(version)} alarms` }) : h('span', { className: 'pill good', textContent: '✓ as in its reference' }),
      h('span', { className: 'spacer' }),
      h('span', { className: 'small muted', textContent: `${count(version.rows)} rows seen, ${count(version.lateRows)} late` })),
    h('div', { className: 'scroll' },
      h('table', { className: 'features' },
        h('thead', {}, h('tr', {}, ...['Feature', 'State', 'Evidence', 'Reference and live', 'Windows, oldest first', 'KS', 'PSI', 'JS', 'W1/sd'].map((name, place) => h('th', { scope: 'col', textContent: name, className: place > 4 ? 'number' : '' })))),
        h('tbody', {}, ...version.features.map((feature) => row(version, feature))))),
    h('p', { className: 'small muted', textContent: 'Only evidence raises alarms: the distances describe a window, and do not know how often they are looked at.' }),
  );
}

function row(version, feature) {
  const panel = feature.panel ?? {};
  const alarm = feature.alarms[0];
  return h(
    'tr',
    {},
    h('th', { scope: 'row', textContent: feature.name }),
    h('td', {}, alarm
      ? h('span', { className: 'pill bad', title: alarm.summary, textContent: `▲ ${feature.alarms.map((each) => each.kind).join(', ')} since ${clock(alarm.sinceMillis)}` })
      : h('span', { className: 'pill good', textContent: '✓' })),
    h('td', {}, evidence(version, feature)),
    h('td', {}, histogram(feature)),
    h('td', {}, heat(feature)),
    ...[panel.ks, panel.psi, panel.jensenShannon, panel.wasserstein].map((value) => h('td', { className: 'number', textContent: value === undefined ? '–' : number(value) })),
  );
}

function evidence(version, feature) {
  const log = Math.max(0, feature.logEvidence ?? 0);
  const share = Math.min(1.25, log / version.logThreshold);
  return h('div', { className: 'bar', role: 'meter', 'aria-label': `evidence of drift of ${feature.name}`, 'aria-valuenow': log.toFixed(1), 'aria-valuemax': version.logThreshold.toFixed(1), title: `${log.toFixed(1)} of ${version.logThreshold.toFixed(1)} (natural logarithm)` },
    h('div', { className: share >= 1 ? 'fill violated' : 'fill', style: { width: `${share * 80}%` } }), h('div', { className: 'threshold' }));
}

const MOST_BARS = 16;

/** Bars of the largest cells, reference beside live. Exported for its test. */
export function cells(histogram) {
  const all = histogram.names.map((name, place) => ({ name, reference: histogram.reference[place], live: histogram.live[place] }));
  if (all.length <= MOST_BARS) return all;
  const largest = all.toSorted((a, b) => b.reference + b.live - a.reference - a.live).slice(0, MOST_BARS);
  return all.filter((cell) => largest.includes(cell));
}

function histogram(feature) {
  if (!feature.histogram) return h('span', { className: 'muted', textContent: '–' });
  const bars = cells(feature.histogram);
  const top = Math.max(1e-9, ...bars.flatMap((cell) => [cell.reference, cell.live]));
  return h('div', { className: 'histogram', role: 'img', 'aria-label': bars.map((cell) => `${cell.name}: ${percent(cell.reference)}, live ${percent(cell.live)}`).join('; ') },
    ...bars.map((cell) => h('div', { className: 'cell', title: `${cell.name}: reference ${percent(cell.reference)}, live ${percent(cell.live)}` },
      h('div', { className: 'was', style: { height: `${(100 * cell.reference) / top}%` } }),
      h('div', { className: 'is', style: { height: `${(100 * cell.live) / top}%` } }))));
}

/** 0 to 4, for the colour of a window: by the Jensen-Shannon distance. Exported for its test. */
export const level = (distance) => [0.05, 0.1, 0.2, 0.35].filter((edge) => distance > edge).length;

function heat(feature) {
  return h('div', { className: 'heat', role: 'img', 'aria-label': `${feature.windows.length} windows of ${feature.name}` },
    ...feature.windows.map((window) => h('i', { className: `heat${level(window.jensenShannon ?? 0)}`, title: `${clock(window.startMillis)}: JS ${number(window.jensenShannon ?? 0)}, PSI ${number(window.psi ?? 0)}, ${count(window.rows)} rows` })));
}
