// What comes in, and what of it is lost.
import { h, replaceWhenChanged } from './dom.js';
import { count, rate } from './format.js';

const flows = [
  ['outcome slices', 'slices', ['slices_missing', 'slices_refused', 'slices_dropped_by_routers']],
  ['samples', 'samples', ['samples_late', 'samples_overflow', 'samples_refused', 'samples_dropped_by_workers', 'sticky_units_refused']],
  ['labels', 'labels', ['labels_forgotten']],
  ['spans', 'spans', ['spans_dropped']],
  ['metric points', 'metric_points', ['metric_points_dropped']],
];

export function showIntake(container, intake) {
  const rows = flows.map(([title, word, losses]) => ({
    title,
    perSecond: rate(intake.perSecond[word] ?? 0),
    total: count(intake.totals[word] ?? 0),
    lost: losses.reduce((sum, loss) => sum + (intake.totals[loss] ?? 0), 0),
    why: losses.filter((loss) => intake.totals[loss] > 0).map((loss) => `${loss.replaceAll('_', ' ')}: ${count(intake.totals[loss])}`).join('\n'),
  }));
  const foot = `${count(intake.traces)} traces held · ${count(intake.waitingSamples)} samples waiting · ${count(intake.verdictsSent)} verdicts sent`
    + (intake.verdictsFailed > 0 ? `, ${count(intake.verdictsFailed)} calls failed` : '')
    + ` · ${count(intake.pages)} ${intake.pages === 1 ? 'page' : 'pages'} open`;
  replaceWhenChanged(container, [rows, foot], () => [
    h('table', {},
      h('thead', {}, h('tr', {}, ...['', 'per second', 'in all', 'lost'].map((title, i) => h('th', { className: i > 0 ? 'number' : '', textContent: title })))),
      h('tbody', {}, ...rows.map((row) => h('tr', {},
        h('td', { textContent: row.title }),
        h('td', { className: 'number', textContent: row.perSecond }),
        h('td', { className: 'number', textContent: row.total }),
        h('td', { className: `number ${row.lost > 0 ? 'bad' : ''}`, title: row.why, textContent: count(row.lost) }))))),
    h('p', { className: 'small muted', textContent: foot }),
  ]);
}
