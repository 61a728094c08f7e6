// Numbers and words as people read them.

export const count = (n) => Math.round(n).toLocaleString('en-US');
export const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;
/** A share of so many; never rounded to none or to all. */
export function part(n, of, digits = 1) {
  if (of === 0) return '–';
  const smallest = 10 ** -digits;
  const value = (100 * n) / of;
  if (n > 0 && value < smallest) return `< ${smallest.toFixed(digits)} %`;
  if (n < of && value > 100 - smallest) return `> ${(100 - smallest).toFixed(digits)} %`;
  return `${value.toFixed(digits)} %`;
}

/** Two significant digits. */
export function number(value) {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return '∞';
  return Math.abs(value) >= 10000 || Math.abs(value) < 0.001 ? value.toExponential(1) : Math.abs(value) >= 100 ? count(value) : value.toPrecision(2);
}

export const points = (basisPoints) => `${(basisPoints / 100).toLocaleString('en-US')} %`;

export function millis(value) {
  if (value === null || value === undefined) return '–';
  return value < 10 ? `${value.toFixed(1)} ms` : value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
}

export function micros(value) {
  return value < 1000 ? `${value} µs` : millis(value / 1000);
}

export function rate(perSecond) {
  return perSecond >= 100 ? count(perSecond) : perSecond.toFixed(1);
}

export function seconds(value, digits = 1) {
  if (value < 120) return `${value.toFixed(digits)} s`;
  const minutes = Math.floor(value / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** An e-value as odds, from its natural logarithm. */
export function odds(logE) {
  if (logE <= 0.05) return 'no evidence';
  if (logE > Math.log(1e7)) return `10^${Math.floor(logE / Math.LN10)} to 1`;
  const e = Math.exp(Math.max(0, logE));
  return e < 10 ? `${e.toFixed(1)} to 1` : `${count(e)} to 1`;
}

/** Class of a pill for a state word of rollouts, verdicts, workers, versions or health. */
export function tone(word) {
  if (/^(passing|completed|ready|available|live)$/.test(word)) return 'good';
  if (/^(violated|rolled back|failed|aborted|lost|load failed|engine down|offline)$/.test(word)) return 'bad';
  if (/^(invalid|paused|draining|quiescing|starting|connecting)$/.test(word) || word.startsWith('degraded')) return 'warn';
  return word.startsWith('not ready') ? 'bad' : '';
}

export const clock = (epochMillis) => new Date(epochMillis).toLocaleTimeString('en-GB');

/** With a capital and a full stop. */
export const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)}.` : '');
