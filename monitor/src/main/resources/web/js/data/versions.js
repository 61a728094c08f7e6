// Versions of a route beside each other. Pure.

const last = (list) => list?.findLast((value) => value !== null) ?? null;

/** The last ten seconds of a variant in numbers; null where nothing is known. */
export function figures(variant) {
  const requests = variant.traffic?.requestsPerSecond.slice(-10) ?? [];
  const errors = variant.traffic?.errorPercent.slice(-10) ?? [];
  const sum = requests.reduce((all, n) => all + n, 0);
  const failed = requests.reduce((all, n, i) => all + (n * (errors[i] ?? 0)) / 100, 0);
  return {
    share: variant.weightBasisPoints / 10_000,
    requestsPerSecond: sum / 10,
    errorRate: sum > 0 ? failed / sum : null,
    p50Millis: last(variant.traffic?.p50Millis.slice(-10)),
    p99Millis: last(variant.traffic?.p99Millis.slice(-10)),
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
