// Answers of the history as lines of charts. Pure.

/** Starts of the steps, from the one before the first in which anything came. */
export function axis(answer) {
  const first = Math.min(...answer.series.flatMap((series) => series.points.slice(0, 1).map((point) => point.start)), answer.to);
  const at = [];
  for (let start = answer.from; start < answer.to; start += answer.stepSeconds) {
    if (start >= first - answer.stepSeconds) at.push(start);
  }
  return at;
}

/**
 * One line for each series that has the field, on one common time axis: {at, lines: [{name, values}]}.
 * Steps in which nothing came are null, so that a gap is seen.
 */
export function lines(answer, kind, field, nameOf = (series) => `version ${series.version}`) {
  const chosen = answer.series.filter((series) => series.kind === kind && series.points.length > 0);
  const at = axis(answer);
  return {
    at,
    lines: chosen.map((series) => {
      const values = new Map(series.points.map((point) => [point.start, field(point)]));
      return { name: nameOf(series), values: at.map((start) => values.get(start) ?? null) };
    }),
  };
}

/** Several fields of one series. */
export function fields(answer, series, names) {
  const at = axis(answer);
  const points = new Map((series?.points ?? []).map((point) => [point.start, point]));
  return { at, lines: names.map((name) => ({ name, values: at.map((start) => points.get(start)?.[name] ?? null) })) };
}
