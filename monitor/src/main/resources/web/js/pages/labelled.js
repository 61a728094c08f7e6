// What labels add to a version's card: figures of its quality, and whether groups are wronged alike.
import { progress } from '../data/labels.js';
import { h } from '../dom.js';
import { count, number, percent } from '../format.js';

/** A share with its interval, or a dash. */
const within = (json, name) => (json[name] === undefined ? '–' : `${percent(json[name])} (${percent(json[`${name}Low`])} to ${percent(json[`${name}High`])})`);

const figure = (value, words) => h('span', { className: 'figure' }, h('b', { textContent: value }), h('span', { className: 'small muted', textContent: words }));

/** Losses and errors as figures. */
export function losses(version) {
  const between = (name) => `${number(version[`${name}Low`])} to ${number(version[`${name}High`])} at all times`;
  return [
    version.auc === undefined ? null : figure(number(version.auc), `area under the ROC curve; ${between('auc')}`),
    version.logLoss === undefined ? null : figure(number(version.logLoss), `log loss; ${between('logLoss')}`),
    version.brier === undefined ? null : figure(number(version.brier), `Brier score; ${between('brier')}`),
    version.meanAbsoluteError === undefined ? null : figure(number(version.meanAbsoluteError), `mean absolute error; mean ${number(version.meanError)}`),
  ];
}

/** Precision and recall of each class. */
export function classes(version) {
  if ((version.classes ?? []).length === 0) return null;
  return h('details', {}, h('summary', { className: 'small', textContent: 'Precision and recall' }),
    h('table', { className: 'beside-table' },
      h('thead', {}, h('tr', {}, ...['class', 'precision', 'recall', 'labels'].map((word) => h('th', { scope: 'col', textContent: word })))),
      h('tbody', {}, ...version.classes.map((each) => h('tr', {}, h('th', { scope: 'row', textContent: each.class }),
        ...[within(each, 'precision'), within(each, 'recall'), count(each.actual)].map((text) => h('td', { textContent: text })))))));
}

/** Gap of each group to all others when the label is known. */
export function fairness(version) {
  const shown = version.groups.filter((group) => group.labelledFavourable?.enough || group.labelledOtherwise?.enough);
  if (shown.length === 0) return null;
  return h('div', {},
    h('p', { className: 'small muted', textContent: 'With labels: share that gets the favourable class, the group minus all others, with an interval for all times' }),
    h('table', { className: 'beside-table' },
      h('thead', {}, h('tr', {}, ...['group', 'label is favourable (equal opportunity)', 'label is another', 'equalised odds'].map((word) => h('th', { scope: 'col', textContent: word })))),
      h('tbody', {}, ...shown.map((group) => h('tr', {},
        h('th', { scope: 'row', textContent: `${group.feature} ${group.group}`, title: group.merged ? `together: ${group.merged.join(', ')}` : '' }),
        gap(group.labelledFavourable), gap(group.labelledOtherwise),
        h('td', {}, verdict(group.equalisedOdds)))))));
}

function gap(test) {
  if (!test.enough) return h('td', { className: 'muted', textContent: `fewer than 100 (${count(test.units)})` });
  const points = (share) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;
  return h('td', {}, `${points(test.rate - test.rateOfOthers)} points (${points(test.gapLow)} to ${points(test.gapHigh)}) `, verdict(test));
}

const verdict = (test) => (test.enough && progress(test.logEvidence) >= 1 ? h('span', { className: 'pill bad', textContent: 'unlike' }) : test.enough ? h('span', { className: 'small muted', textContent: 'not shown to be unlike' }) : h('span', { className: 'small muted', textContent: 'too few' }));
