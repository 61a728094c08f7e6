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

/** What is shown of an opened group: [{title, group, others, alike}]; `alike` is null where there is no test, or not enough. */
export const groupRows = (group) => [
  ['gets the favourable class', group.favoured],
  ['is predicted rightly', group.right],
  ['gets the favourable class when it is the label', group.favouredOfFavourable],
  ['gets it when the label is another', group.favouredOfOthers],
].map(([title, both]) => ({ title, group: both.group, others: both.others, alike: both.enough ? progress(both.logEvidence) < 1 : null }));

export const isOf = (version, wanted) => version.route === (wanted.route ?? '') && version.model === wanted.model && version.version === wanted.version;
