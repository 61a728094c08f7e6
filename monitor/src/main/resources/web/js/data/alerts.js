// Alerts in the order in which somebody should look. Pure.

const severities = ['CRITICAL', 'WARNING', 'INFO'];
const states = ['FIRING', 'PENDING', 'RESOLVED'];

const isQuiet = (alert) => alert.silenced || alert.acknowledgedBy;

/** Firing first, in it what nobody has taken yet, in that the gravest, in that the newest. */
export const inOrder = (alerts) =>
  [...alerts].sort((a, b) =>
    states.indexOf(a.state) - states.indexOf(b.state)
    || Boolean(isQuiet(a)) - Boolean(isQuiet(b))
    || severities.indexOf(a.severity) - severities.indexOf(b.severity)
    || b.pendingSinceMillis - a.pendingSinceMillis);

/** Those that are not over and that nobody has taken or silenced. */
export const openAlerts = (alerts) => alerts.filter((alert) => alert.state !== 'RESOLVED' && !isQuiet(alert));

/**
 * Alerts that are about the same thing together, in the order of the first of each: {group, isOver,
 * alerts}. Those that are over come last, in groups of their own.
 */
export function grouped(alerts) {
  const groups = new Map();
  for (const alert of inOrder(alerts)) {
    const isOver = alert.state === 'RESOLVED';
    const key = `${isOver} ${alert.group}`;
    if (!groups.has(key)) groups.set(key, { group: alert.group, isOver, alerts: [] });
    groups.get(key).alerts.push(alert);
  }
  return [...groups.values()].sort((a, b) => Number(a.isOver) - Number(b.isOver));
}

/** Class of a pill. */
export function alertTone(alert) {
  if (alert.state === 'RESOLVED') return 'good';
  if (alert.severity === 'CRITICAL') return 'bad';
  return alert.severity === 'WARNING' ? 'warn' : '';
}
