// A rollout's evidence as lines of a chart. Pure. Logarithms of the server are natural, those of a chart decimal.

/** A decimal logarithm, at least 0, from a natural one. */
export const decimal = (logE) => Math.max(0, logE) / Math.LN10;

/**
 * Evidence of one guardrail over time: up, towards violation; down, towards shown to hold.
 * {at, against, within, violated, shown, range}; `shown` is null when it cannot be shown.
 */
export function evidenceSeries(history, guardrail) {
  const line = history.series.find((one) => one.name === guardrail.name) ?? { logE: [], logEWithin: [] };
  const violated = decimal(guardrail.logThreshold);
  const shown = guardrail.logThresholdWithin > 0 ? -decimal(guardrail.logThresholdWithin) : null;
  const against = line.logE.map(decimal);
  const within = line.logEWithin.map((logE) => -decimal(logE) + 0);
  return {
    at: history.at,
    against,
    within,
    violated,
    shown,
    range: [Math.min(shown ?? 0, ...within) * 1.15, Math.max(violated, ...against) * 1.15],
  };
}

/** How far on the way to a boundary, 0 to 1, on the logarithmic scale. */
export const progress = (logE, threshold) => (threshold > 0 ? Math.max(0, Math.min(1, logE / threshold)) : 0);

/** "1,000" for 3: the e-value at a decimal logarithm of either sign. */
export function eValue(power) {
  const size = Math.abs(power);
  return size > 4 ? `10^${Math.round(size)}` : Math.round(10 ** size).toLocaleString('en-US');
}

/**
 * Where an effect's interval, zero and the tolerance lie on a bar, in percent of its width; null
 * when there is no interval. An end that is open lies at the bar's edge.
 */
export function effectBar(effect) {
  if (!effect || (effect.low === null && effect.high === null)) return null;
  const known = [0, effect.low, effect.high, effect.tolerated, effect.canary - effect.baseline].filter((value) => value !== null && Number.isFinite(value));
  const size = Math.max(...known.map(Math.abs), 1e-12) * 1.15;
  const place = (value) => 50 + (50 * Math.max(-size, Math.min(size, value))) / size;
  return {
    low: effect.low === null ? 0 : place(effect.low),
    high: effect.high === null ? 100 : place(effect.high),
    zero: 50,
    tolerated: effect.tolerated === null ? null : place(effect.tolerated),
    at: place(effect.canary - effect.baseline),
  };
}
