// Versions of a route beside each other. Pure.

const last = (list) => list?.findLast((value) => value !== null) ?? null;

/** A series' last ten seconds; of what foreign senders tell, which comes later, the last ten with calls. */
export function lastTen(variant, of) {
  if (variant.traffic === null) return [];
  const end = variant.foreign ? variant.traffic.requestsPerSecond.findLastIndex((n) => n > 0) + 1 : of(variant.traffic).length;
  return of(variant.traffic).slice(Math.max(0, end - 10), end);
}

/** The last ten seconds of a variant in numbers; null where nothing is known. */
export function figures(variant) {
  const requests = lastTen(variant, (t) => t.requestsPerSecond);
  const errors = lastTen(variant, (t) => t.errorPercent);
  const sum = requests.reduce((all, n) => all + n, 0);
  const failed = requests.reduce((all, n, i) => all + (n * (errors[i] ?? 0)) / 100, 0);
  return {
    share: variant.weightBasisPoints / 10_000,
    requestsPerSecond: sum / 10,
    errorRate: sum > 0 ? failed / sum : null,
    p50Millis: last(lastTen(variant, (t) => t.p50Millis)),
    p99Millis: last(lastTen(variant, (t) => t.p99Millis)),
    accuracy: variant.accuracy,
    labelled: variant.labelled,
  };
}

/** Whether the first is better (1), worse (-1) or alike (0), within a tenth of the second. */
export function compared(value, reference, moreIsBetter) {
  if (value === null || reference === null) return 0;
  const difference = value - reference;
  if (Math.abs(difference) <= 0.1 * Math.abs(reference)) return 0;
  return difference > 0 === moreIsBetter ? 1 : -1;
}
