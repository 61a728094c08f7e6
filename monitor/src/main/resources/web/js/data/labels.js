// What labels say about versions, in the order of what needs a look. Pure.

const THOUSAND_TO_ONE = Math.log(1000);

/** Share of the way to an alarm, 0 to 1, of an e-value that alarms at a thousand to one. */
export const progress = (logEvidence) => Math.max(0, Math.min(1, (logEvidence ?? 0) / THOUSAND_TO_ONE));

/** Groups with enough predictions, the furthest from the others first. */
export function groupsInOrder(version) {
  const gap = (group) => Math.abs((group.rate ?? 0) - (group.rateOfOthers ?? 0));
  return version.groups.filter((group) => group.enough).sort((a, b) => gap(b) - gap(a) || a.group.localeCompare(b.group, 'en', { numeric: true }));
}

/** Versions with labels, those with most first. */
export const labelled = (versions) => [...versions].sort((a, b) => b.labels - a.labels);
