// One group of a version beside all others: how often favoured, how often right, with intervals.
import { groupRows } from '../data/labels.js';
import { h } from '../dom.js';
import { count, percent } from '../format.js';
import { addressOf } from '../router.js';
import { failed, loading } from '../source.js';

/** The opened group: `answer` as a poll gives it, null before the first. */
export function groupDetail(wanted, answer) {
  const name = `${wanted.feature} ${wanted.group}`;
  const group = answer?.data ?? null;
  return h('section', { className: 'opened stack', 'aria-label': `Group ${name}` },
    h('div', { className: 'row' }, h('h3', { textContent: name }),
      group?.merged.length > 0 ? h('span', { className: 'small muted', textContent: `together: ${group.merged.join(', ')}` }) : null,
      h('span', { className: 'spacer' }),
      h('a', { className: 'choice', href: addressOf('labels'), textContent: 'Close', 'data-keep': 'close the group' })),
    answer?.error ? failed(answer.error) : null,
    ...(group === null ? (answer?.error ? [] : [loading(name)]) : [...groupRows(group).map((row) => measure(row, name)), note(group)]));
}

function measure({ title, group, others, alike }, name) {
  return h('div', { className: 'measure' },
    h('div', { className: 'row small' }, h('b', { textContent: title }), alike === null ? null : h('span', { className: `pill ${alike ? '' : 'bad'}`, textContent: alike ? 'not shown to be unlike' : 'unlike' })),
    line(name, group, ''), line('all others', others, 'calm'));
}

/** A share from none to all with its interval, and in numbers. */
function line(name, share, className) {
  const at = (part) => `${100 * part}%`;
  if (share.units === 0) return h('div', { className: 'pair small' }, h('span', { textContent: name }), h('span', { className: 'muted', textContent: 'nothing seen yet' }));
  const words = `${percent(share.rate)} (${percent(share.low)} to ${percent(share.high)}): ${count(share.hits)} of ${count(share.units)}`;
  return h('div', { className: 'pair small' },
    h('span', { className: 'name', textContent: name }),
    h('div', { className: 'share-of' },
      h('div', { className: `interval ${className}`, role: 'img', 'aria-label': `${name}: ${words}` },
        h('div', { className: 'span-of', style: { left: at(share.low), width: at(share.high - share.low) } }),
        h('div', { className: 'mark now', style: { left: at(share.rate) } })),
      h('span', { textContent: words })));
}

const note = (group) => h('p', { className: 'small muted', textContent: `Each interval is right at all times together with 95 %, by itself. ${group.right.group.units === 0 ? 'Labels of this group have not come yet.' : ''}` });
