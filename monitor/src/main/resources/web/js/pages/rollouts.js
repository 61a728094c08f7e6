// What does the evidence say, guardrail by guardrail, and how far is it from deciding?
import { Chart } from '../chart.js';
import { eValue, effectBar, evidenceSeries, progress } from '../data/evidence.js';
import { ofRollout } from '../data/why.js';
import { h, replaceWhenChanged, set, sync } from '../dom.js';
import { clock, count, number, odds, seconds, sentence, tone } from '../format.js';
import { addressOf } from '../router.js';
import { empty, loading } from '../source.js';
import { traceLink } from '../trace.js';

const charts = new WeakMap();

function mount(container, query) {
  let wanted = query.id ?? '';
  let newest = null;
  const list = h('div', { className: 'choices', role: 'group', 'aria-label': 'Rollouts' });
  const detail = h('div', { className: 'stack' });
  container.append(loading('rollouts'));
  function show() {
    if (newest.rollouts.length === 0) {
      container.replaceChildren(empty('No rollout yet.', 'Start one with: weir rollout start'));
      return;
    }
    if (!detail.isConnected) container.replaceChildren(list, detail);
    const chosen = newest.rollouts.find((rollout) => rollout.id === wanted) ?? newest.rollouts[0];
    replaceWhenChanged(list, [chosen.id, newest.rollouts.map((r) => [r.id, r.state, r.verdict?.state])], () => newest.rollouts.map((rollout) => {
      const link = h('a', { className: 'choice', href: `#/rollouts?id=${encodeURIComponent(rollout.id)}` },
        h('b', { textContent: `${rollout.route}: ${rollout.baselineVersion} → ${rollout.canaryVersion}` }),
        h('span', { className: `pill ${tone(rollout.over ? rollout.state : rollout.verdict?.state ?? rollout.state)}`, textContent: rollout.over ? rollout.state : rollout.verdict?.state ?? rollout.state }));
      if (rollout.id === chosen.id) link.setAttribute('aria-current', 'true');
      return link;
    }));
    sync(detail, [chosen], (rollout) => rollout.id, create, update);
  }
  return {
    update(state) {
      newest = state;
      show();
    },
    turn(next) {
      wanted = next.id ?? '';
      if (newest !== null) show();
    },
  };
}

function create() {
  return h('div', { className: 'stack' },
    h('div', { className: 'card verdict' }),
    h('div', { className: 'guardrail-cards' }),
    h('div', { className: 'card proof' }));
}

function update(element, rollout) {
  const verdict = rollout.verdict;
  replaceWhenChanged(element.querySelector('.verdict'), [rollout.state, rollout.waitingFor, rollout.reason, verdict?.state, verdict?.explanation, verdict?.canaryRequests, rollout.secondsToDecision], () => [
    h('div', { className: 'row' },
      h('h1', { textContent: verdict && !rollout.over ? verdict.state : rollout.state }),
      h('span', { className: `pill big ${tone(rollout.over ? rollout.state : verdict?.state ?? '')}`, textContent: rollout.over ? `evidence: ${verdict?.state ?? 'none'}` : rollout.state }),
      h('span', { className: 'spacer' }),
      figure(count(verdict?.canaryRequests ?? 0), 'canary requests'),
      verdict ? figure(odds(verdict.releaseLogE), `against it; ${odds(verdict.logThreshold)} decides`) : null,
      rollout.secondsToDecision !== null ? figure(seconds(rollout.secondsToDecision), 'to the decision') : null,
      h('a', { className: 'choice', href: addressOf('why', ofRollout(rollout)), textContent: 'Why?', 'aria-label': `Why does version ${rollout.canaryVersion} answer otherwise than ${rollout.baselineVersion}?` })),
    h('p', { className: 'said', textContent: (rollout.over ? sentence(rollout.reason.replace(/\.$/, '')) : [rollout.waitingFor && `Waits for: ${rollout.waitingFor}.`, verdict && sentence(verdict.explanation)].filter(Boolean).join(' ')) || 'Nothing is known yet.' }),
  ]);
  sync(element.querySelector('.guardrail-cards'), verdict?.guardrails ?? [], (g) => g.name, createGuardrail, (card, guardrail) => updateGuardrail(card, guardrail, rollout.history));
  showProof(element.querySelector('.proof'), rollout);
}

const figure = (value, what) => h('span', { className: 'figure' }, h('b', { textContent: value }), h('span', { className: 'small muted', textContent: what }));

function createGuardrail() {
  const frame = h('div', { className: 'chart' });
  const card = h('article', { className: 'card guardrail-card' },
    h('div', { className: 'row head' }),
    h('p', { className: 'small statistic' }),
    frame,
    h('div', { className: 'small muted legend row' },
      h('span', {}, h('i', { className: 'stroke against' }), h('span', { className: 'up' })),
      h('span', { className: 'holds' }, h('i', { className: 'stroke within' }), h('span', { className: 'down' })),
      h('span', {}, h('i', { className: 'stroke decides' }), 'decides')),
    h('div', { className: 'effect' }));
  charts.set(card, new Chart(frame, { height: 170, format: (power) => eValue(power) }));
  return card;
}

function updateGuardrail(card, guardrail, history) {
  const series = evidenceSeries(history, guardrail);
  card.classList.toggle('violated', guardrail.state === 'violated');
  const violation = progress(guardrail.logE, guardrail.logThreshold);
  const shown = progress(guardrail.logEWithin, guardrail.logThresholdWithin);
  replaceWhenChanged(card.querySelector('.head'), [guardrail.name, guardrail.state, guardrail.action], () => [
    h('h3', { textContent: guardrail.name }),
    h('span', { className: `pill ${tone(guardrail.state)}`, textContent: guardrail.state }),
    guardrail.action === 'hold' ? h('span', { className: 'pill', textContent: 'only holds' }) : null,
  ]);
  set(card.querySelector('.statistic'), { textContent: guardrail.statistic });
  set(card.querySelector('.up'), { textContent: `up: worse than tolerated, ${Math.round(violation * 100)} %` });
  set(card.querySelector('.down'), { textContent: `down: holds, ${Math.round(shown * 100)} %` });
  card.querySelector('.holds').hidden = series.shown === null;
  const flat = (value) => series.at.map(() => value);
  const drawn = [
    { line: { name: 'against', colour: '--canary', width: 2 }, values: series.against },
    { line: { name: 'violated', colour: '--bad', dash: [6, 4], width: 1 }, values: flat(series.violated) },
    ...(series.shown === null ? [] : [
      { line: { name: 'within', colour: '--good', width: 2 }, values: series.within },
      { line: { name: 'shown', colour: '--good', dash: [2, 3], width: 1 }, values: flat(series.shown) },
    ]),
  ];
  const frame = card.querySelector('.chart');
  frame.setAttribute('role', 'meter');
  frame.setAttribute('aria-label', `evidence against ${guardrail.name}`);
  frame.setAttribute('aria-valuenow', guardrail.logE.toFixed(2));
  frame.setAttribute('aria-valuemax', guardrail.logThreshold.toFixed(2));
  frame.hidden = series.at.length < 2;
  if (!frame.hidden) charts.get(card).show(drawn.map((one) => one.line), [series.at, ...drawn.map((one) => one.values)], series.range);
  showEffect(card.querySelector('.effect'), guardrail.effect);
}

function showEffect(element, effect) {
  const bar = effectBar(effect);
  replaceWhenChanged(element, [effect, bar], () => bar === null ? [] : [
    h('div', { className: 'row small' },
      h('span', { textContent: effect.measure }),
      h('span', { className: 'spacer' }),
      h('span', { textContent: `${number(effect.canary)} against ${number(effect.baseline)}` })),
    h('div', { className: 'interval', role: 'img', 'aria-label': `difference from ${end(effect.low, '−∞')} to ${end(effect.high, '∞')}, tolerated ${end(effect.tolerated, 'none')}` },
      h('div', { className: 'span-of', style: { left: `${bar.low}%`, width: `${Math.max(0.5, bar.high - bar.low)}%` } }),
      h('div', { className: 'mark zero', style: { left: `${bar.zero}%` }, title: 'no difference' }),
      bar.tolerated === null ? null : h('div', { className: 'mark tolerated', style: { left: `${bar.tolerated}%` }, title: `tolerated: ${number(effect.tolerated)}` }),
      h('div', { className: 'mark now', style: { left: `${bar.at}%` }, title: 'observed' })),
    h('div', { className: 'small muted', textContent: `difference ${end(effect.low, '−∞')} to ${end(effect.high, '∞')}${effect.tolerated === null ? '' : `; tolerated up to ${number(effect.tolerated)}`}` }),
  ]);
}

const end = (value, open) => (value === null ? open : number(value));

function showProof(element, rollout) {
  element.hidden = rollout.exemplars.length + rollout.exemplarRequests.length === 0;
  replaceWhenChanged(element, [rollout.exemplars, rollout.exemplarRequests, rollout.endedAt], () => [
    h('h2', { textContent: 'Requests that show it' }),
    rollout.exemplars.length > 0 ? h('div', { className: 'traces' }, h('span', { className: 'muted small', textContent: 'traces' }), ...rollout.exemplars.map((one) => traceLink(one.traceId, one.held, one.traceId.slice(0, 8)))) : null,
    rollout.exemplarRequests.length > 0 ? h('div', { className: 'traces' }, h('span', { className: 'muted small', textContent: 'samples' }), ...rollout.exemplarRequests.map((id) => h('span', { className: 'mono', textContent: id }))) : null,
    rollout.endedAt ? h('p', { className: 'small muted', textContent: `Ended at ${clock(rollout.endedAt)}.` }) : null,
  ]);
}

export default { id: 'rollouts', title: 'Rollouts', mount };
