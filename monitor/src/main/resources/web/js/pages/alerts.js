// What should somebody look at now?
import { alertTone, grouped } from '../data/alerts.js';
import { ofAlert } from '../data/why.js';
import { h, replaceWhenChanged } from '../dom.js';
import { clock, number, sentence } from '../format.js';
import { addressOf } from '../router.js';
import { empty, failed, loading, poll } from '../source.js';
import { traceLink } from '../trace.js';

const NAME = 'weir.name';
const hours = { 'for 1 hour': 'PT1H', 'for 4 hours': 'PT4H', 'for 1 day': 'P1D', 'for 1 week': 'P7D' };

function mount(container) {
  let answer = { data: null, error: '' };
  let silences = [];
  let refusal = '';
  let rollouts = [];
  const who = h('input', { 'aria-label': 'Your name', placeholder: 'your name', maxLength: 128, value: localStorage.getItem(NAME) ?? '', onchange: () => localStorage.setItem(NAME, who.value.trim()) });
  const list = h('div', { className: 'stack' }, loading('alerts'));
  container.append(h('div', { className: 'card row controls' }, h('label', { className: 'small muted', textContent: 'Acknowledge and silence as ' }, who)), list);

  async function send(method, path, body) {
    if (body !== null && who.value.trim() === '') {
      refusal = 'Say your name first: others see who took it.';
      who.focus();
      show();
      return;
    }
    try {
      const response = await fetch(path, { method, headers: { 'Content-Type': 'application/json' }, body: body === null ? undefined : JSON.stringify({ ...body, by: who.value.trim() }) });
      refusal = response.ok ? '' : ((await response.json()).error ?? `status ${response.status}`);
      await ask();
    } catch (problem) {
      refusal = `The monitor does not answer: ${problem.message}.`;
    }
    show();
  }
  async function ask() {
    const [alerts, quiet] = await Promise.all([fetch('api/v1/alerts'), fetch('api/v1/silences')]);
    answer = { data: await alerts.json(), error: '' };
    silences = await quiet.json();
  }
  function show() {
    if (answer.data === null) {
      if (answer.error) replaceWhenChanged(list, answer.error, failed);
      return;
    }
    const alerts = answer.data;
    const groups = grouped(alerts);
    const focused = document.activeElement?.dataset?.keep;
    replaceWhenChanged(list, [groups.map((group) => group.alerts.map(({ lastSeenMillis, ...rest }) => [rest, ofAlert(rest, rollouts)])), silences, refusal, answer.error], () => [
      ...[refusal, answer.error].filter(Boolean).map(failed),
      alerts.some((alert) => alert.state !== 'RESOLVED') ? '' : h('div', { className: 'card overall good' }, h('h1', { textContent: 'Nothing is wrong' }), h('span', { className: 'muted', textContent: 'No alert is pending or firing.' })),
      ...groups.map((group) => groupOf(group, (alert) => card(alert, ofAlert(alert, rollouts), send))),
      alerts.length === 0 ? empty('No alert so far.') : '',
      silences.length === 0 ? '' : silenceCard(silences, send),
    ]);
    if (focused) list.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  const ends = [
    poll('api/v1/alerts', 2000, (newer) => { answer = newer; show(); }),
    poll('api/v1/silences', 5000, (newer) => { silences = newer.data ?? silences; show(); }),
  ];
  return {
    update(state) {
      rollouts = state.rollouts;
    },
    close: () => ends.forEach((end) => end()),
  };
}

/** One alert is a card; several with the same group are one section. */
function groupOf({ group, isOver, alerts }, make) {
  if (alerts.length === 1) return make(alerts[0]);
  const name = [...new Set(group.split(' '))].filter(Boolean).join(' · ') || 'the mesh';
  return h('section', { className: 'group stack', 'aria-label': `${alerts.length} alerts about ${name}` },
    h('div', { className: 'row' }, h('h2', { textContent: name }), h('span', { className: 'pill', textContent: `${alerts.length} ${isOver ? 'over' : 'together'}` })),
    ...alerts.map(make));
}

function card(alert, why, send) {
  const isOpen = alert.state !== 'RESOLVED';
  const labels = Object.entries(alert.labels).filter(([, value]) => value !== '');
  return h('article', { className: `card alert ${isOpen ? alertTone(alert) : 'over'}` },
    h('div', { className: 'row' },
      h('span', { className: `pill big ${alertTone(alert)}`, textContent: isOpen ? alert.severity.toLowerCase() : 'over' }),
      h('h3', { textContent: alert.kind }),
      isOpen && alert.state === 'PENDING' ? h('span', { className: 'pill', textContent: 'pending' }) : null,
      alert.silenced ? h('span', { className: 'pill', textContent: 'silenced' }) : null,
      alert.acknowledgedBy ? h('span', { className: 'pill', textContent: `taken by ${alert.acknowledgedBy}` }) : null,
      h('span', { className: 'spacer' }),
      h('span', { className: 'small muted', textContent: alert.resolvedAtMillis ? `${clock(alert.sinceMillis)} to ${clock(alert.resolvedAtMillis)}` : `since ${clock(alert.sinceMillis)}` })),
    h('p', { className: 'said', textContent: sentence(alert.summary) }),
    h('div', { className: 'row small muted' }, ...labels.map(([name, value]) => h('span', { textContent: `${name} ${value}` })), ...Object.entries(alert.figures).map(([name, value]) => h('span', { textContent: `${name} ${number(value)}` })), h('span', { textContent: `what to do: ${alert.runbook}` })),
    alert.traceIds.length > 0 ? h('div', { className: 'traces small' }, h('span', { className: 'muted', textContent: 'traces' }), ...alert.traceIds.map((id) => traceLink(id, true, id.slice(0, 8)))) : null,
    isOpen || why !== null ? h('div', { className: 'row controls' },
      why === null ? null : h('a', { className: 'choice', href: addressOf('why', why), textContent: 'Why?', 'data-keep': `why ${alert.id}`, 'aria-label': `Why ${alert.kind}?` }),
      ...(isOpen ? controls(alert, labels, send) : [])) : null);
}

function controls(alert, labels, send) {
  const forHowLong = h('select', { 'aria-label': 'how long', 'data-keep': `long ${alert.id}` }, ...Object.entries(hours).map(([text, value]) => h('option', { textContent: text, value })));
  return [
    alert.acknowledgedBy ? null : h('button', { textContent: 'I take it', 'data-keep': `ack ${alert.id}`, onclick: () => send('POST', `api/v1/alerts/${encodeURIComponent(alert.id)}/acknowledgement`, { comment: '' }) }),
    alert.silenced ? null : h('button', { textContent: 'Silence', 'data-keep': `silence ${alert.id}`, onclick: () => send('POST', 'api/v1/silences', { matchers: { kind: alert.kind, ...Object.fromEntries(labels) }, duration: forHowLong.value, comment: 'from the dashboard' }) }),
    alert.silenced ? null : forHowLong,
  ];
}

function silenceCard(silences, send) {
  return h('section', { className: 'card', 'aria-label': 'Silences' }, h('h2', { textContent: 'Silences' }),
    ...silences.map((silence) => h('div', { className: 'row' },
      h('span', { textContent: Object.entries(silence.matchers).map(([name, value]) => `${name} ${value}`).join(', ') }),
      h('span', { className: 'small muted', textContent: `until ${new Date(silence.untilMillis).toLocaleString('en-GB')}, by ${silence.by}` }),
      h('span', { className: 'spacer' }),
      h('button', { textContent: 'End', 'data-keep': `end ${silence.id}`, onclick: () => send('DELETE', `api/v1/silences/${encodeURIComponent(silence.id)}`, null) }))));
}

export default { id: 'alerts', title: 'Alerts', mount };
