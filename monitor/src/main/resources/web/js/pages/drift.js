// What do live versions see that their training data did not have?
import { distribution, heat, measures } from '../data/drift.js';
import { h, replaceWhenChanged } from '../dom.js';
import { clock, count, number, percent, sentence } from '../format.js';
import { addressOf } from '../router.js';
import { empty, failed, loading, poll } from '../source.js';

const words = ['as the reference', 'a little', 'some', 'much', 'very much'];
const CELLS = 20;

function mount(container, query) {
  let answer = { data: null, error: '' };
  let wanted = query;
  container.append(loading('drift'));
  function show() {
    if (answer.data === null) {
      if (answer.error) replaceWhenChanged(container, answer.error, failed);
      return;
    }
    if (answer.data.length === 0) {
      replaceWhenChanged(container, ['none', answer.error], () => [answer.error ? failed(answer.error) : '', empty('No live version is watched.', 'A version is watched when it is live and has been asked.')]);
      return;
    }
    const key = (version) => `${version.route}/${version.model}/${version.version}${version.comparedWith === 'reference' ? '' : `/${version.comparedWith}`}`;
    const version = answer.data.find((one) => key(one) === wanted.version) ?? answer.data[0];
    const measure = wanted.by in measures ? wanted.by : 'psi';
    const map = heat(version, measure);
    const chosen = version.features.find((feature) => feature.name === wanted.feature) ?? version.features.find((feature) => feature.name === map.rows[0]?.name);
    const focused = document.activeElement?.dataset?.keep;
    replaceWhenChanged(container, [answer.data.map(key), key(version), measure, map, chosen, answer.error, version.rows, comparedWith(version), version.discovery, version.requestIds], () => [
      answer.error ? failed(answer.error) : '',
      h('div', { className: 'card row controls' },
        ...answer.data.map((one) => choice(`${one.route} · ${one.version}${beside(one)}`, one === version, { ...wanted, version: key(one), feature: '' }, 'version')),
        h('span', { className: 'spacer' }),
        ...Object.entries(measures).map(([name, { title }]) => choice(title, name === measure, { ...wanted, by: name }, 'measure'))),
      h('div', { className: 'halves' }, heatCard(version, map, measure, chosen, wanted), featureCard(version, chosen)),
    ]);
    if (focused) container.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  const end = poll('api/v1/drift', 5000, (newer) => {
    newer.data?.sort((a, b) => b.rows - a.rows || a.version.localeCompare(b.version, 'en', { numeric: true }));
    answer = newer;
    show();
  });
  return {
    turn(next) {
      wanted = next;
      show();
    },
    close: end,
  };
}

const beside = (version) => ({ frozen: ' · its own first rows', last_week: ' · a week ago' })[version.comparedWith] ?? '';

/** What a version is compared with, in a sentence. */
function comparedWith(version) {
  const collecting = version.collectingRows === undefined ? '' : ` ${count(version.collectingRows)} of its own first rows are collected.`;
  switch (version.comparedWith) {
    case 'frozen':
      return version.referenceRows > 0 ? `Compared with its own first ${count(version.referenceRows)} rows, frozen ${clock(version.referenceSinceMillis)}.` : `Not compared yet.${collecting}`;
    case 'last_week':
      return version.referenceRows > 0 ? `Compared with the same hour of the week before.` : 'Nothing was seen in this hour of the week before.';
    default:
      return `Compared with the reference in the registry.${collecting}`;
  }
}

/** What was to be believed together when something last alarmed. */
function blamed(version) {
  if (version.discovery === undefined) return null;
  return h('p', { className: 'said', textContent: `To blame together, ${clock(version.discovery.atMillis)}: ${version.discovery.named.map((one) => `${one.feature} (${one.kind})`).join(', ')}.` });
}

/** Requests that came again, when they do so too often. */
const repeated = (version) => (version.requestIds?.alarms ?? []).map((alarm) => h('p', { className: 'said', textContent: sentence(alarm.summary) }));

function choice(text, isChosen, query, kind) {
  const link = h('a', { className: 'choice', href: addressOf('drift', query), textContent: text, 'data-keep': `${kind} ${text}` });
  if (isChosen) link.setAttribute('aria-current', 'true');
  return link;
}

function heatCard(version, map, measure, chosen, wanted) {
  const first = map.columns[0];
  return h('section', { className: 'card', 'aria-label': 'Heat map' },
    h('h2', { textContent: `Each feature over time: ${measures[measure].title} of a window against the reference` }),
    h('p', { className: 'small muted', textContent: comparedWith(version) }),
    blamed(version),
    ...repeated(version),
    map.columns.length === 0 ? h('p', { className: 'empty', textContent: 'No window has ended yet.' }) : h('div', { className: 'scroll' }, h('table', { className: 'heat' },
      h('tbody', {}, ...map.rows.map((row) => {
        const link = h('a', { href: addressOf('drift', { ...wanted, feature: row.name }), textContent: row.name, 'data-keep': `feature ${row.name}` });
        if (row.name === chosen?.name) link.setAttribute('aria-current', 'true');
        return h('tr', {}, h('th', { scope: 'row' }, row.alarms.length > 0 ? h('span', { className: 'pill bad', textContent: 'drift', title: row.alarms.map((alarm) => alarm.summary).join('\n') }) : null, ' ', link),
          ...row.cells.map((cell, i) => h('td', { className: `cell level-${cell.level}`, title: cell.level < 0 ? 'nothing seen' : `${clock(map.columns[i])}: ${number(cell.value)}, ${words[cell.level]}, ${count(cell.rows)} rows`, textContent: cell.level > 2 ? '!'.repeat(cell.level - 2) : '' })));
      })))),
    h('div', { className: 'row small muted' }, first ? `from ${clock(first)}` : '', h('span', { className: 'spacer' }), ...words.map((word, i) => h('span', {}, h('i', { className: `swatch level-${i}` }), word))),
    h('p', { className: 'small muted', textContent: `${count(version.rows)} rows seen${version.lateRows > 0 ? `, ${count(version.lateRows)} of them late` : ''}. Colours describe; only “drift” is an alarm, with a stated rate of false ones.` }));
}

function featureCard(version, feature) {
  if (feature === undefined) return h('section', { className: 'card' }, h('p', { className: 'empty', textContent: 'No feature.' }));
  const cells = feature.histogram ? distribution(feature.histogram, CELLS) : [];
  const most = Math.max(...cells.flatMap((cell) => [cell.reference, cell.live]), 1e-9);
  const evidence = version.logThreshold > 0 ? Math.max(0, Math.min(1, (feature.logEvidence ?? 0) / version.logThreshold)) : 0;
  return h('section', { className: 'card', 'aria-label': 'Distribution' },
    h('div', { className: 'row' }, h('h3', { textContent: feature.name }), feature.alarms.length > 0 ? h('span', { className: 'pill bad', textContent: 'drift' }) : h('span', { className: 'pill good', textContent: 'no alarm' })),
    ...feature.alarms.map((alarm) => h('p', { className: 'said', textContent: `${sentence(alarm.summary)} Since ${clock(alarm.sinceMillis)}.` })),
    h('div', { className: 'bar', role: 'meter', 'aria-label': `evidence of drift of ${feature.name}`, 'aria-valuenow': evidence.toFixed(2), 'aria-valuemax': '1' }, h('div', { className: `fill ${evidence >= 1 ? 'violated' : ''}`, style: { width: `${80 * evidence}%` } }), h('div', { className: 'threshold', title: 'here it alarms' })),
    h('p', { className: 'small muted', textContent: `Evidence ${Math.round(100 * evidence)} % of the way to an alarm, from ${count(feature.values)} values.` }),
    feature.panel ? h('div', { className: 'tiles' }, ...['psi', 'jensenShannon', 'largestDifference', 'ks', 'wasserstein'].filter((name) => feature.panel[name] !== undefined).map((name) =>
      h('div', { className: 'figure' }, h('b', { textContent: number(feature.panel[name]) }), h('span', { className: 'small muted', textContent: { ks: 'Kolmogorov-Smirnov', wasserstein: 'Wasserstein, σ' }[name] ?? measures[name].title })))) : null,
    cells.length === 0 ? h('p', { className: 'empty', textContent: 'Nothing seen yet.' }) : h('div', { className: 'distribution' },
      h('div', { className: 'row small muted' }, h('span', {}, h('i', { className: 'swatch reference' }), 'reference'), h('span', {}, h('i', { className: 'swatch live' }), 'live')),
      ...cells.map((cell) => h('div', { className: 'pair' }, h('span', { className: 'small name', textContent: cell.name }),
        h('div', {}, ...[['reference', cell.reference], ['live', cell.live]].map(([kind, share]) => h('div', { className: 'share' }, h('div', { className: 'track' }, h('div', { className: kind, style: { width: `${(100 * share) / most}%` } })), h('span', { textContent: percent(share) }))))))));
}

export default { id: 'drift', title: 'Drift', mount };
