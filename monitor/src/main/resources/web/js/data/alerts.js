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

/** Class of a pill. */
export function alertTone(alert) {
  if (alert.state === 'RESOLVED') return 'good';
  if (alert.severity === 'CRITICAL') return 'bad';
  return alert.severity === 'WARNING' ? 'warn' : '';
}
