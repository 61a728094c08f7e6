// What changed, since when, and which slice explains it. Pure.
import { cellName } from './drift.js';

/** Name of an event as a condition: "“yes” is predicted", "a prediction is wrong". */
export const eventName = (event) => (event === 'wrong' ? 'a prediction is wrong' : `“${event.replace(/^class:/, '')}” is predicted`);

const capital = (text) => text[0].toUpperCase() + text.slice(1);

export const share = (hits, units) => (units > 0 ? hits / units : 0);

/** Whether an interval leaves zero out. */
export const beyondZero = (interval) => interval.low > 0 || interval.high < 0;

const signed = (value, digits) => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(digits)}`;

/** "+3.1 points (+1.2 to +5.0)". */
export const points = (interval) => `${signed(interval.estimate, 1)} points (${signed(interval.low, 1)} to ${signed(interval.high, 1)})`;

const percents = (before, after, { version, against }) =>
  (against ? `${(100 * before).toFixed(1)} % by version ${against}, ${(100 * after).toFixed(1)} % by version ${version}` : `${(100 * before).toFixed(1)} % before, ${(100 * after).toFixed(1)} % after`);

function isByRate(slice) {
  const [rate, size] = [beyondZero(slice.extraRate), beyondZero(slice.shareChange)];
  return rate === size || !slice.shown ? Math.abs(slice.byRate) >= Math.abs(slice.byShare) : rate;
}

/** Whether a slice is shown because of how often the event happens in it, not because of its size. */
const byRate = (slice) => slice?.shown && isByRate(slice);

/** {tone, word, detail} of an answer that explains something. */
export function headline(answer) {
  const change = answer.changes.find((one) => one.event === answer.event);
  const first = answer.slices[0];
  const tone = (more) => (answer.event === 'wrong' && more ? 'bad' : 'warn');
  const often = (more) => `${eventName(answer.event)} ${more ? 'more' : 'less'} often`;
  const numbers = percents(share(change.hitsBefore, change.before), share(change.hitsAfter, change.after), answer);
  if (beyondZero(change.change)) {
    const more = change.change.estimate > 0;
    const above = byRate(first) && first.explained > 0.5 ? `, above all of ${sliceName(first)}` : '';
    return { tone: tone(more), word: capital(often(more)) + above, detail: numbers };
  }
  if (byRate(first)) {
    const more = first.extraRate.estimate > 0;
    return { tone: tone(more), word: `Of ${sliceName(first)}, ${often(more)}`, detail: percents(share(first.hitsBefore, first.before), share(first.hitsAfter, first.after), answer) };
  }
  return { tone: 'good', word: 'Nothing changed beyond chance', detail: `most likely ${eventName(answer.event)}: ${numbers}` };
}

/** How a slice takes part in the change: {text, interval, of}: by its frequency, or by its part of the traffic, whichever is shown, or more. */
export function way(slice) {
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  if (isByRate(slice)) {
    return { text: `${percent(share(slice.hitsBefore, slice.before))} → ${percent(share(slice.hitsAfter, slice.after))} of it`, interval: slice.extraRate, of: 'beside all others' };
  }
  return { text: `a ${slice.shareChange.estimate > 0 ? 'larger' : 'smaller'} part of the traffic`, interval: slice.shareChange, of: 'of the traffic' };
}

export const sliceKey = (slice) => `${slice.feature} ${slice.value}`;

/** Name of a slice for people. */
export const sliceName = (slice) => `${slice.feature} ${cellName(slice.value)}`;

/** The slice that is named, else the first; undefined: there is none. */
export const chosenSlice = (answer, key) => answer.slices.find((slice) => sliceKey(slice) === key) ?? answer.slices[0];

/** Lines of a chart in percent: {at, lines: [{name, values}]}; null where there were no units. */
export function lines(answer, slice) {
  const values = (line) => line.units.map((units, i) => (units > 0 ? (100 * line.hits[i]) / units : null));
  const name = slice && sliceName(slice);
  const of = answer.against ? [`version ${answer.version}`, `version ${answer.against}`] : ['all', ''];
  const drawn = [{ name: of[0], values: values(answer.line) }];
  if (answer.against) drawn.push({ name: of[1], values: values(answer.otherLine) });
  if (slice) drawn.push({ name: answer.against ? `${name}, ${of[0]}` : name, values: values(slice.line) });
  if (slice && answer.against) drawn.push({ name: `${name}, ${of[1]}`, values: values(slice.otherLine) });
  return { at: answer.windows.map((start) => start / 1000), lines: drawn };
}

/** How often it happened before and after, as a line with one step, in percent; of two versions: none. */
export function step(answer) {
  const change = answer.changes.find((one) => one.event === answer.event);
  return answer.windows.map((start) => 100 * (start < answer.sinceMillis ? share(change.hitsBefore, change.before) : share(change.hitsAfter, change.after)));
}

/** "2 min before": when something was, seen from the change. */
export function relative(atMillis, sinceMillis) {
  const seconds = Math.round((atMillis - sinceMillis) / 1000);
  const size = Math.abs(seconds);
  const text = size < 120 ? `${size} s` : size < 7200 ? `${Math.round(size / 60)} min` : `${Math.round(size / 3600)} h`;
  return `${text} ${seconds < 0 ? 'before' : 'after'}`;
}

/** Deployments newest first, with {divider: true} where the change was seen; without it for two versions. */
export function timeline(answer) {
  const rows = answer.deployments.map((deployment) => ({ ...deployment, divider: false }));
  if (!answer.sinceMillis || answer.against) return rows;
  const place = rows.findIndex((row) => row.atMillis < answer.sinceMillis);
  rows.splice(place < 0 ? rows.length : place, 0, { divider: true, atMillis: answer.sinceMillis });
  return rows;
}

export const sameVersion = (one, other) => one.route === (other.route ?? '') && one.version === other.version && (!other.model || one.model === other.model);

/** The version that changed most. */
export const mostChanged = (versions) => [...versions].sort((a, b) => (b.deviations ?? -1) - (a.deviations ?? -1))[0];

/** What to ask about an alert; null: it is about no version. */
export function ofAlert(alert, rollouts) {
  const { route, model, version, rollout } = alert.labels;
  if (!version) return null;
  const against = rollouts.find((one) => one.id === rollout)?.baselineVersion;
  return { route, model, version, against, event: alert.kind === 'ErrorRateDrift' ? 'wrong' : '' };
}

/** What to ask about a rollout: the canary beside the baseline. */
export const ofRollout = (rollout) => ({ route: rollout.route, model: rollout.model, version: rollout.canaryVersion, against: rollout.baselineVersion });
