// The whole mesh in one word. Pure.

/** {tone, word, detail}: the worst thing first. `state.openAlerts` are those that fire and that nobody has taken. */
export function overall(state) {
  const lost = state.fleet.workers.filter((worker) => /^(lost|engine down)$/.test(worker.state));
  const active = state.rollouts.filter((rollout) => !rollout.over);
  const violated = active.filter((rollout) => rollout.verdict?.state === 'violated');
  const doubtful = active.filter((rollout) => rollout.verdict?.state === 'invalid' || rollout.state === 'paused');
  const unwell = Object.entries(state.health).filter(([, word]) => word !== 'ready');
  const name = (rollout) => `${rollout.route} version ${rollout.canaryVersion}`;
  if (violated.length > 0) return { tone: 'bad', word: 'A canary is bad', detail: `${violated.map(name).join(', ')}: ${violated[0].verdict.decisiveGuardrail || 'all together'}` };
  if (lost.length > 0) return { tone: 'bad', word: lost.length === 1 ? 'A worker is lost' : `${lost.length} workers are lost`, detail: lost.map((worker) => worker.instance).join(', ') };
  const critical = state.openAlerts.filter((alert) => alert.severity === 'CRITICAL');
  if (critical.length > 0) return { tone: 'bad', word: critical.length === 1 ? 'A critical alert' : `${critical.length} critical alerts`, detail: critical[0].summary };
  if (doubtful.length > 0) return { tone: 'warn', word: 'A rollout waits for you', detail: doubtful.map(name).join(', ') };
  if (unwell.length > 0) return { tone: 'warn', word: 'The monitor is not well', detail: unwell.map(([part, word]) => `${part}: ${word}`).join(', ') };
  const warnings = state.openAlerts.filter((alert) => alert.severity === 'WARNING');
  if (warnings.length > 0) return { tone: 'warn', word: warnings.length === 1 ? 'A warning' : `${warnings.length} warnings`, detail: warnings[0].summary };
  if (state.routes.length === 0) return { tone: '', word: 'No route yet', detail: 'Push a version and put a route.' };
  if (active.length > 0) return { tone: 'good', word: active.length === 1 ? 'A rollout is under way' : `${active.length} rollouts are under way`, detail: active.map(name).join(', ') };
  return { tone: 'good', word: 'All is well', detail: `${state.routes.length} ${state.routes.length === 1 ? 'route' : 'routes'}, ${state.fleet.workers.length} ${state.fleet.workers.length === 1 ? 'worker' : 'workers'}` };
}
