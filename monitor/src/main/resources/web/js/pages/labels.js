// Are live versions right, are they sure for good reasons, and are groups treated alike?
import { groupsInOrder, isOf, labelled, progress } from '../data/labels.js';
import { h, replaceWhenChanged } from '../dom.js';
import { count, number, percent, seconds } from '../format.js';
import { addressOf } from '../router.js';
import { empty, failed, loading, poll } from '../source.js';
import { groupDetail } from './group.js';
import { classes, fairness, losses } from './labelled.js';

function mount(container, query) {
  let wanted = query;
  let answer = { data: null, error: '' };
  let group = null;
  let endGroup = () => {};
  let isNew = false;
  container.append(loading('labels'));
  function show() {
    if (answer.data === null && !answer.error) return;
    const focused = document.activeElement?.dataset?.keep;
    replaceWhenChanged(container, [answer.data, answer.error, wanted, group], () => [
      answer.error ? failed(answer.error) : '',
      ...(answer.data === null ? [] : answer.data.length === 0 ? [empty('No prediction yet.', 'Labels are posted to the monitor by request id.')] : labelled(answer.data).map((version) => card(version, wanted, group))),
    ]);
    if (focused) container.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const opened = container.querySelector('.opened');
    if (isNew && opened && group !== null) {
      isNew = false;
      opened.scrollIntoView({ block: 'nearest' });
    }
  }
  function open(next) {
    wanted = next;
    group = null;
    endGroup();
    endGroup = () => {};
    if (wanted.group) {
      endGroup = poll(`api/v1/labels/group${addressOf('', wanted).slice(2)}`, 3000, (newer) => {
        group = newer;
        show();
      });
    }
    isNew = true;
    show();
  }
  const end = poll('api/v1/labels', 3000, (newer) => {
    answer = newer;
    show();
  });
  open(query);
  return {
    turn: open,
    close() {
      end();
      endGroup();
    },
  };
}

const figure = (value, words) => h('span', { className: 'figure' }, h('b', { textContent: value }), h('span', { className: 'small muted', textContent: words }));

function card(version, wanted, group) {
  const known = version.labels > 0;
  const right = version.accuracy !== undefined;
  return h('section', { className: 'card', 'aria-label': `${version.route} version ${version.version}` },
    h('div', { className: 'row' }, h('h3', { textContent: `${version.route || version.model} · version ${version.version}` }), h('span', { className: 'spacer' }),
      h('span', { className: 'small muted', textContent: known ? `${count(version.labels)} labels for ${percent(version.coverage ?? 0)} of its samples, half of them within ${seconds(version.delayP50Seconds)}` : 'no labels yet' })),
    right ? interval(version) : null,
    h('div', { className: 'tiles' },
      right ? figure(percent(version.accuracy), `accuracy; ${percent(version.accuracyLow)} to ${percent(version.accuracyHigh)} at all times`) : null,
      version.estimatedAccuracy === undefined ? null : figure(percent(version.estimatedAccuracy), 'what its confidences promise'),
      version.errorBound === undefined ? null : figure(`≤ ${percent(version.errorBound)}`, 'wrong, by its reference'),
      version.expectedCalibrationError === undefined ? null : figure(number(version.expectedCalibrationError), 'calibration error'),
      ...Object.entries(version.classicDrifts).map(([name, times]) => figure(String(times), `drifts seen by ${name}`)),
      ...losses(version)),
    classes(version),
    groups(version, wanted),
    isOf(version, wanted) && wanted.group ? groupDetail(wanted, group) : null,
    fairness(version));
}

/** Accuracy with its interval, from none to all. */
function interval(version) {
  const at = (share) => `${100 * share}%`;
  const words = `accuracy ${percent(version.accuracy)}, between ${percent(version.accuracyLow)} and ${percent(version.accuracyHigh)}`;
  return h('div', { className: 'interval', role: 'img', 'aria-label': words },
    h('div', { className: 'span-of', style: { left: at(version.accuracyLow), width: at(version.accuracyHigh - version.accuracyLow) } }),
    version.errorBound === undefined ? null : h('div', { className: 'mark tolerated', style: { left: at(1 - version.errorBound) }, title: 'least accuracy, by the reference' }),
    h('div', { className: 'mark now', style: { left: at(version.accuracy) } }));
}

function groups(version, wanted) {
  const shown = groupsInOrder(version);
  if (version.groups.length === 0) return null;
  const few = version.groups.length - shown.length;
  return h('div', { className: 'distribution' },
    h('div', { className: 'small muted', textContent: 'Share that gets the favourable class: all others above, the group below' }),
    ...shown.map((group) => h('div', { className: 'pair' },
      opens(version, group, wanted),
      h('div', {}, share(group.rateOfOthers, 'reference'), share(group.rate, 'live'),
        progress(group.logEvidence) >= 1 ? h('span', { className: 'pill bad', textContent: 'unlike' }) : null))),
    few > 0 ? h('p', { className: 'small muted', textContent: `${few} more with fewer than 100 predictions: nothing is said of them.` }) : null);
}

/** The name of a group, which opens it. */
function opens({ route, model, version }, { feature, group, units }, wanted) {
  const name = `${feature} ${group}`;
  const link = h('a', { className: 'name', href: addressOf('labels', { route, model, version, feature, group }), textContent: name, title: `${count(units)} predictions`, 'data-keep': `${route} ${model} ${version} ${name}` });
  if (isOf({ route, model, version }, wanted) && wanted.feature === feature && wanted.group === group) link.setAttribute('aria-current', 'true');
  return link;
}

const share = (rate, className) => h('div', { className: 'share' }, h('div', { className: 'track' }, h('div', { className, style: { width: `${100 * (rate ?? 0)}%` } })), h('span', { textContent: rate === undefined ? '–' : percent(rate) }));

export default { id: 'labels', title: 'Labels', mount };
