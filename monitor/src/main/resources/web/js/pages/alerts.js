// What people are told of, with what they can do about it.
import { h, replaceWhenChanged } from '../dom.js';
import { clock, number } from '../format.js';
import { again, ask } from '../pages.js';
import { traceLink } from '../trace.js';

export const alertsPage = {
  load: async () => ({ alerts: await ask('api/v1/alerts'), silences: await ask('api/v1/silences') }),
  show,
};

const JSON_TYPE = { 'Content-Type': 'application/json' };
const NAME_KEY = 'weir-name';

function show(container, { alerts, silences }) {
  if (container.querySelector('form')) return;
  const going = alerts.filter((alert) => alert.state !== 'RESOLVED');
  const over = alerts.filter((alert) => alert.state === 'RESOLVED').slice(0, 50);
  replaceWhenChanged(container, { going: going.map(description), over: over.map(description), silences }, () => [
    h('div', { className: 'card' }, h('h2', { textContent: 'Now' }), ...(going.length === 0 ? [h('p', { className: 'empty', textContent: '✓ Nothing is wrong that the monitor knows of.' })] : going.map((alert) => item(alert, true)))),
    silences.length > 0 ? h('div', { className: 'card' }, h('h2', { textContent: 'Silences' }), ...silences.map(silence)) : '',
    h('div', { className: 'card' }, h('h2', { textContent: 'Over' }), ...(over.length === 0 ? [h('p', { className: 'empty', textContent: 'None yet.' })] : over.map((alert) => item(alert, false)))),
  ]);
}

/** What of an alert is shown: the time of its last word is not. */
const description = ({ lastSeenMillis, ...rest }) => rest;

const sign = { CRITICAL: '■', WARNING: '▲', INFO: '●' };
const tone = (alert) => (alert.state === 'RESOLVED' ? '' : alert.severity === 'CRITICAL' ? 'bad' : 'warn');

function item(alert, going) {
  const labels = Object.entries(alert.labels).filter(([, value]) => value !== '').map(([name, value]) => `${name} ${value}`).join(' · ');
  return h(
    'article',
    { className: 'story alert', 'aria-label': alert.kind },
    h('div', { className: 'row' },
      h('span', { className: `pill ${tone(alert)}`, textContent: `${sign[alert.severity]} ${alert.severity.toLowerCase()}` }),
      h('b', { textContent: alert.kind }),
      h('span', { className: 'pill', textContent: alert.silenced ? 'silenced' : alert.acknowledgedBy ? `taken by ${alert.acknowledgedBy}` : alert.state.toLowerCase() }),
      h('span', { className: 'spacer' }),
      h('span', { className: 'small muted', textContent: `since ${clock(alert.sinceMillis)}${alert.resolvedAtMillis ? `, over ${clock(alert.resolvedAtMillis)}` : ''}` })),
    h('p', { textContent: alert.summary }),
    h('div', { className: 'small muted', textContent: `${labels}${figures(alert)} · ${alert.runbook}` }),
    alert.traceIds.length > 0 ? h('div', { className: 'traces small' }, h('span', { className: 'muted', textContent: 'traces' }), ...alert.traceIds.map((id) => traceLink(id, true, id.slice(0, 8)))) : null,
    going ? h('div', { className: 'row actions' }, button('Take it', () => ask2('Take it', alert)), button('Silence for 2 hours', () => ask2('Silence', alert))) : null,
  );
}

const figures = (alert) => Object.entries(alert.figures).map(([name, value]) => ` · ${name.replaceAll('_', ' ')} ${number(value)}`).join('');
const button = (text, onclick) => h('button', { type: 'button', textContent: text, onclick });

/** Asks who does it, then does it. */
function ask2(what, alert) {
  const name = h('input', { name: 'by', required: true, maxLength: 128, value: localStorage.getItem(NAME_KEY) ?? '' });
  const comment = h('input', { name: 'comment', maxLength: 500 });
  const said = h('p', { className: 'bad small', role: 'alert' });
  const form = h('form', { className: 'card row' }, h('b', { textContent: `${what}: ${alert.kind}` }), h('label', {}, 'Your name ', name), h('label', {}, 'Comment ', comment), h('button', { type: 'submit', textContent: 'Do it' }), button('Leave it', done), said);
  function done() {
    form.remove();
    again();
  }
  form.onsubmit = async (event) => {
    event.preventDefault();
    localStorage.setItem(NAME_KEY, name.value);
    try {
      if (what === 'Silence') {
        await ask('api/v1/silences', { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ matchers: { kind: alert.kind, ...nonEmpty(alert.labels) }, duration: 'PT2H', by: name.value, comment: comment.value }) });
      } else {
        await ask(`api/v1/alerts/${alert.id}/acknowledgement`, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ by: name.value, comment: comment.value }) });
      }
      done();
    } catch (problem) {
      said.textContent = problem.message;
    }
  };
  document.querySelector('[data-page="alerts"]').prepend(form);
  name.focus();
}

const nonEmpty = (labels) => Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));

function silence(each) {
  const matchers = Object.entries(each.matchers).map(([name, value]) => `${name} ${value}`).join(' · ');
  return h('div', { className: 'story row' }, h('span', { textContent: matchers }), h('span', { className: 'small muted', textContent: `until ${clock(each.untilMillis)}, ${each.by}${each.comment ? `: ${each.comment}` : ''}` }), h('span', { className: 'spacer' }),
    button('End it', async () => { await ask(`api/v1/silences/${each.id}`, { method: 'DELETE' }); again(); }));
}
