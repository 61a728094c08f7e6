// Run in a page of the dashboard: what the pure functions behind the pages say. Gives the list of what is wrong.
(async () => {
  const wrong = [];
  const same = (what, got, expected) => {
    if (JSON.stringify(got) !== JSON.stringify(expected)) wrong.push(`${what}: ${JSON.stringify(got)} (expected: ${JSON.stringify(expected)})`);
  };
  const [alerts, drift, evidence, history, metrics, outage, overall, traces, versions, why, router] = await Promise.all(
    ['data/alerts', 'data/drift', 'data/evidence', 'data/history', 'data/metrics', 'data/outage', 'data/overall', 'data/traces', 'data/versions', 'data/why', 'router'].map((name) => import(`/js/${name}.js`)));

  // evidence: up towards violated, down towards shown, decimal logarithms
  const grown = { at: [1, 2], series: [{ name: 'errors', logE: [-1, Math.log(100)], logEWithin: [0, Math.log(10)] }] };
  const series = evidence.evidenceSeries(grown, { name: 'errors', logThreshold: Math.log(1000), logThresholdWithin: Math.log(100) });
  same('against', series.against.map((x) => +x.toFixed(6)), [0, 2]);
  same('within', series.within.map((x) => +x.toFixed(6) + 0), [0, -1]);
  same('boundaries', [series.violated, series.shown].map((x) => +x.toFixed(6)), [3, -2]);
  same('a guardrail without history', evidence.evidenceSeries(grown, { name: 'other', logThreshold: 1, logThresholdWithin: 0 }).shown, null);
  same('half way', evidence.progress(2, 4), 0.5);
  same('never beyond', evidence.progress(9, 4), 1);
  same('no threshold', evidence.progress(9, 0), 0);
  same('an effect in the middle', evidence.effectBar({ low: -1, high: 1, tolerated: 1, canary: 2, baseline: 2 }).at, 50);
  same('an open interval', evidence.effectBar({ low: null, high: 1, tolerated: null, canary: 2, baseline: 2 }).low, 0);
  same('no effect', evidence.effectBar(null), null);

  // drift: alarms first, then the furthest
  same('levels', [0, 0.02, 0.1, 0.25, 0.5, null].map((value) => drift.level(value, 'psi')), [0, 1, 2, 3, 4, -1]);
  const windows = (psi) => [{ startMillis: 5, psi, rows: 9 }];
  const map = drift.heat({ logThreshold: 10, features: [
    { name: 'calm', alarms: [], logEvidence: 1, windows: windows(0.3), panel: { psi: 0.3 } },
    { name: 'loud', alarms: [{}], windows: [] },
  ] }, 'psi');
  same('order', map.rows.map((row) => row.name), ['loud', 'calm']);
  same('a window that a feature lacks', map.rows[0].cells, [{ value: null, level: -1, rows: 0 }]);
  same('few cells', drift.distribution({ names: ['a', 'b', 'c'], reference: [0.6, 0.3, 0.1], live: [0.6, 0.2, 0.2] }, 2).map((cell) => cell.name), ['a', '2 others']);
  same('names of cells', drift.cellName('2.677e+04 to 3.05e+04'), '26,770 to 30,500');

  // history: a gap stays a gap
  const answer = { from: 0, to: 240, stepSeconds: 60, series: [{ version: '1', kind: 'outcomes', points: [{ start: 60, requests: 3 }, { start: 180, requests: 5 }] }] };
  same('lines', history.lines(answer, 'outcomes', (point) => point.requests), { at: [0, 60, 120, 180], lines: [{ name: 'version 1', values: [null, 3, null, 5] }] });

  // alerts: what fires and nobody has, first
  const alert = (id, state, severity, more = {}) => ({ id, state, severity, pendingSinceMillis: 0, silenced: false, acknowledgedBy: '', ...more });
  const all = [alert('over', 'RESOLVED', 'CRITICAL'), alert('taken', 'FIRING', 'CRITICAL', { acknowledgedBy: 'ada' }), alert('open', 'FIRING', 'WARNING')];
  same('order of alerts', alerts.inOrder(all).map((one) => one.id), ['open', 'taken', 'over']);
  same('open alerts', alerts.openAlerts(all).map((one) => one.id), ['open']);

  const about = (id, group, more = {}) => alert(id, 'FIRING', 'WARNING', { group, ...more });
  const groups = alerts.grouped([about('1', 'a'), about('2', 'b', { severity: 'CRITICAL' }), about('3', 'a'), about('4', 'a', { state: 'RESOLVED' })]);
  same('alerts about the same thing', groups.map((one) => [one.group, one.isOver, one.alerts.map((each) => each.id)]), [['b', false, ['2']], ['a', false, ['1', '3']], ['a', true, ['4']]]);

  // why: words, lines, and what came before and after
  const interval = (estimate, low, high) => ({ estimate, low, high });
  const counts = { before: 100, hitsBefore: 10, after: 100, hitsAfter: 30 };
  const slice = { feature: 'sector', value: '3', byRate: 0.2, byShare: 0.01, extraRate: interval(0.5, 0.4, 0.6), shareChange: interval(0, -0.1, 0.1), ...counts, line: { units: [10, 0], hits: [1, 0] } };
  const said = {
    version: '2', against: '', event: 'wrong', windows: [60_000, 120_000], sinceMillis: 120_000,
    changes: [{ event: 'wrong', change: interval(0.2, 0.1, 0.3), ...counts }],
    slices: [slice], line: { units: [100, 100], hits: [10, 30] }, otherLine: { units: [], hits: [] },
    deployments: [{ atMillis: 130_000, kind: 'weights', what: 'later' }, { atMillis: 70_000, kind: 'rollout', what: 'earlier' }],
  };
  same('worse', why.headline(said), { tone: 'bad', word: 'A prediction is wrong more often', detail: '10.0 % before, 30.0 % after' });
  const byChance = { ...said, changes: [{ ...said.changes[0], change: interval(0.2, -0.1, 0.3) }] };
  same('chance', why.headline(byChance).tone, 'good');
  same('one slice alone', why.headline({ ...byChance, slices: [{ ...slice, shown: true }] }).word, 'Of sector 3, a prediction is wrong more often');
  same('above all', why.headline({ ...said, slices: [{ ...slice, shown: true, explained: 0.9 }] }).word, 'A prediction is wrong more often, above all of sector 3');
  same('another class', why.headline({ ...said, event: 'class:yes', changes: [{ ...said.changes[0], event: 'class:yes', change: interval(-0.2, -0.3, -0.1) }] }).word, '“yes” is predicted less often');
  same('beside another version', why.headline({ ...said, against: '1' }).detail, '10.0 % by version 1, 30.0 % by version 2');
  same('points', why.points(interval(0.054, -0.01, 0.1)), '+5.4 points (−1.0 to +10.0)');
  same('by frequency', why.way(slice).text, '10.0 % → 30.0 % of it');
  same('by size', why.way({ ...slice, byShare: 0.3, shareChange: interval(0.1, 0.05, 0.2) }).text, 'a larger part of the traffic');
  same('by size, as shown', why.way({ ...slice, shown: true, extraRate: interval(0.1, -0.1, 0.3), shareChange: interval(-0.1, -0.2, -0.05) }).text, 'a smaller part of the traffic');
  same('lines', why.lines(said, slice), { at: [60, 120], lines: [{ name: 'all', values: [10, 30] }, { name: 'sector 3', values: [10, null] }] });
  same('a step', why.step(said), [10, 30]);
  same('the change between what came', why.timeline(said).map((row) => row.what ?? 'the change'), ['later', 'the change', 'earlier']);
  same('relative', [why.relative(70_000, 120_000), why.relative(420_000, 120_000)], ['50 s before', '5 min after']);
  same('what changed most', why.mostChanged([{ version: '1' }, { version: '2', deviations: 3 }, { version: '3', deviations: 2 }]).version, '2');
  same('an alert of a rollout', why.ofAlert({ kind: 'GuardrailViolated', labels: { route: 'r', version: '2', rollout: 'x' } }, [{ id: 'x', baselineVersion: '1' }]).against, '1');
  same('an alert about no version', why.ofAlert({ kind: 'RegistrySilent', labels: {} }, []), null);

  // the word of the overview
  const calm = { fleet: { workers: [{ instance: 'w', state: 'ready' }] }, rollouts: [], routes: [{}], health: { a: 'ready' }, openAlerts: [] };
  same('calm', overall.overall(calm).tone, 'good');
  same('a worker lost', overall.overall({ ...calm, fleet: { workers: [{ instance: 'w', state: 'lost' }] } }).tone, 'bad');
  same('a warning', overall.overall({ ...calm, openAlerts: [all[2]] }).tone, 'warn');

  // a silent connection says for how long
  same('live', outage.outage(10_000, 0, 8_000, false).trouble, '');
  same('lost', outage.outage(20_000, 0, 8_000, false).trouble.startsWith('No connection to the monitor for 12 s.'), true);

  const trace = (id, error, durationMicros) => ({ traceId: id, name: 'infer', route: 'r', variant: '', error, durationMicros });
  same('errors', traces.chosen([trace('a', true, 1), trace('b', false, 9)], 'errors', '').map((one) => one.traceId), ['a']);
  same('slow', traces.chosen([trace('a', true, 1), trace('b', false, 9)], 'slow', '').map((one) => one.traceId), ['b']);
  same('jaeger', traces.jaeger('http://j/{trace}', 'ab'), 'http://j/ab');
  same('bytes', metrics.readable('gpu_memory_used_bytes', 11.2e9), '11.2 GB');
  same('more errors are worse', versions.compared(0.2, 0.1, false), -1);
  same('alike', versions.compared(0.105, 0.1, false), 0);
  same('an address', router.pageOf('#/drift?by=psi', ['overview', 'drift']), { id: 'drift', query: { by: 'psi' } });
  same('an unknown address', router.pageOf('#/nothing', ['overview', 'drift']).id, 'overview');
  return wrong;
})()
