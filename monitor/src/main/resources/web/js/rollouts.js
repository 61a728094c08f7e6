// Rollouts under way, with the evidence of each guardrail, and the stories of those that are over.
import { Chart } from './chart.js';
import { decimal, eValue } from './data/evidence.js';
import { h, set, sync, replaceWhenChanged } from './dom.js';
import { clock, count, odds, points, seconds, sentence, tone } from './format.js';
import { guardrailColours, reference } from './palette.js';
import { traceLink } from './trace.js';

const charts = new WeakMap();

export function showActive(container, rollouts) {
  const active = rollouts.filter((rollout) => !rollout.over);
  if (active.length === 0) {
    replaceWhenChanged(container, 'none', () =>
      h('div', { className: 'card', 'data-key': 'none' }, h('h2', { textContent: 'Rollouts under way' }), h('p', { className: 'empty', textContent: 'None: every route has its champion.' })),
    );
    return;
  }
  delete container.dataset.shown;
  sync(container, active, (rollout) => rollout.id, create, update);
}

function create() {
  const evidence = h('div', { className: 'chart' });
  const card = h(
    'div',
    { className: 'card rollout' },
    h('div', { className: 'row head' }),
    h('ol', { className: 'steps' }),
    h('p', { className: 'said' }),
    h('div', { className: 'guardrails' }),
    h('div', { className: 'chart' }, h('div', { className: 'title row legend' }), evidence),
  );
  charts.set(card, new Chart(evidence, { height: 170, format: eValue, floor: 4 }));
  return card;
}

function update(card, rollout) {
  const verdict = rollout.verdict;
  card.classList.toggle('violated', verdict?.state === 'violated');
  replaceWhenChanged(card.querySelector('.head'), [rollout.route, rollout.baselineVersion, rollout.canaryVersion, rollout.state, verdict?.state, rollout.id], () => [
    h('h3', { textContent: `${rollout.route}: version ${rollout.baselineVersion} → ${rollout.canaryVersion}` }),
    h('span', { className: `pill ${tone(rollout.state)}`, textContent: rollout.state }),
    verdict ? h('span', { className: `pill ${tone(verdict.state)}`, textContent: verdict.state }) : '',
    h('span', { className: 'spacer' }),
    h('span', { className: 'muted small mono', textContent: rollout.id }),
  ]);
  replaceWhenChanged(card.querySelector('.steps'), [rollout.steps, rollout.step, rollout.state], () =>
    rollout.steps.map((step, place) =>
      h('li', { className: stepClass(rollout, place), textContent: `${points(step.canaryBasisPoints)} · at least ${step.minSeconds} s, ${count(step.minCanaryUnits)} units` }),
    ),
  );
  const waiting = rollout.waitingFor ? `Waiting for: ${rollout.waitingFor}. ` : '';
  set(card.querySelector('.said'), { textContent: waiting + (verdict ? sentence(verdict.explanation) : rollout.reason) });
  const guardrails = verdict ? [...verdict.guardrails, together(verdict)] : [];
  sync(card.querySelector('.guardrails'), guardrails, (g) => g.name, createGuardrail, updateGuardrail);
  showEvidence(card, rollout);
}

function stepClass(rollout, place) {
  if (rollout.state === 'preparing') return '';
  if (place < rollout.step) return 'done';
  return place === rollout.step ? 'now' : '';
}

const together = (verdict) => ({
  name: 'all together',
  state: verdict.releaseLogE >= verdict.logThreshold ? 'violated' : '',
  logE: verdict.releaseLogE,
  logThreshold: verdict.logThreshold,
  statistic: `${count(verdict.canaryRequests)} canary requests; the weighted sum of the guardrails that roll back`,
});

function createGuardrail() {
  return h(
    'div',
    { className: 'guardrail' },
    h('div', { className: 'row' }, h('b', { className: 'name' }), h('span', { className: 'pill state' }), h('span', { className: 'spacer' }), h('span', { className: 'small odds' })),
    h('div', { className: 'bar', role: 'meter' }, h('div', { className: 'fill' }), h('div', { className: 'threshold', title: 'here it decides' })),
    h('div', { className: 'small muted statistic' }),
  );
}

function updateGuardrail(element, guardrail) {
  const share = Math.max(0, Math.min(1.25, guardrail.logE / guardrail.logThreshold));
  set(element.querySelector('.name'), { textContent: guardrail.name });
  set(element.querySelector('.state'), { className: `pill state ${tone(guardrail.state)}`, textContent: guardrail.state, hidden: guardrail.state === '' });
  set(element.querySelector('.odds'), { textContent: `${odds(guardrail.logE)}; ${odds(guardrail.logThreshold)} decides` });
  set(element.querySelector('.fill'), { className: guardrail.logE >= guardrail.logThreshold ? 'fill violated' : 'fill', style: { width: `${share * 80}%` } });
  set(element.querySelector('.bar'), { 'aria-valuenow': guardrail.logE.toFixed(2), 'aria-valuemax': guardrail.logThreshold.toFixed(2), 'aria-label': `evidence against ${guardrail.name}` });
  const action = guardrail.action === 'hold' ? ' · holds the rollout' : '';
  set(element.querySelector('.statistic'), { textContent: guardrail.statistic + action });
}

function showEvidence(card, rollout) {
  const { at, series } = rollout.history;
  const threshold = rollout.verdict?.logThreshold ?? 0;
  const lines = series.map((line, place) => ({
    name: line.name,
    colour: line.name === 'all together' ? '--text' : guardrailColours[place % guardrailColours.length],
    width: line.name === 'all together' ? 2.25 : 1.5,
  }));
  replaceWhenChanged(card.querySelector('.legend'), lines, () => [
    'Evidence over time',
    ...lines.map((line) => h('span', {}, h('i', { className: 'dot', style: { background: reference(line.colour) } }), line.name)),
  ]);
  charts.get(card).show(
    [...lines, { name: 'decides', colour: '--bad', dash: [4, 4], width: 1 }],
    [at, ...series.map((line) => line.logE.map(decimal)), at.map(() => decimal(threshold))],
  );
}

export function showFinished(container, rollouts) {
  const over = rollouts.filter((rollout) => rollout.over);
  if (over.length === 0) {
    replaceWhenChanged(container, 'none', () => h('p', { className: 'empty', textContent: 'None yet.' }));
    return;
  }
  replaceWhenChanged(container, over.map(story), (stories) => stories.map(storyElement));
}

/** What of a finished rollout is told; the history is not. */
function story(rollout) {
  const { id, route, canaryVersion, state, reason, endedAt, secondsToDecision, harmedRequests, exemplars } = rollout;
  return { id, route, canaryVersion, state, reason, endedAt, secondsToDecision, harmedRequests, exemplars };
}

function storyElement(told) {
  const figures = [];
  if (told.secondsToDecision !== null) {
    figures.push(h('span', {}, h('b', { textContent: seconds(told.secondsToDecision) }), h('div', { className: 'small muted', textContent: 'from its first request' })));
  }
  if (told.harmedRequests !== null) {
    figures.push(h('span', {}, h('b', { textContent: count(told.harmedRequests) }), h('div', { className: 'small muted', textContent: 'requests harmed' })));
  }
  return h(
    'div',
    { className: 'story' },
    h('div', { className: 'row' },
      h('b', { textContent: `${told.route} version ${told.canaryVersion}` }),
      h('span', { className: `pill ${tone(told.state)}`, textContent: told.state }),
      h('span', { className: 'spacer' }),
      h('span', { className: 'small muted', textContent: told.endedAt ? clock(told.endedAt) : '' })),
    figures.length > 0 ? h('div', { className: 'figures' }, ...figures) : null,
    h('p', { className: 'small', textContent: sentence(told.reason.replace(/\.$/, '')) }),
    told.exemplars.length > 0
      ? h('div', { className: 'traces small' }, h('span', { className: 'muted', textContent: 'traces' }),
          ...told.exemplars.map((exemplar) => traceLink(exemplar.traceId, exemplar.held, exemplar.traceId.slice(0, 8))))
      : null,
  );
}
