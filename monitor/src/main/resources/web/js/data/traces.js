// Which traces are listed. Pure.

/** `which`: all, errors or slow (the slowest tenth, the slowest first); `text`: a part of a name, route, variant or id. */
export function chosen(traces, which, text) {
  const wanted = text.trim().toLowerCase();
  const found = traces.filter((trace) => [trace.name, trace.route, trace.variant, trace.traceId].some((part) => part.toLowerCase().includes(wanted)));
  if (which === 'errors') return found.filter((trace) => trace.error);
  if (which === 'slow') return [...found].sort((a, b) => b.durationMicros - a.durationMicros).slice(0, Math.ceil(found.length / 10));
  return found;
}

/** Width of a duration's bar, 0 to 1, on a logarithmic scale from 100 µs to the longest. */
export function width(micros, longest) {
  const [low, high] = [Math.log(100), Math.log(Math.max(1000, longest))];
  return Math.max(0.01, Math.min(1, (Math.log(Math.max(1, micros)) - low) / (high - low)));
}

/** Jaeger's page of a trace, or empty. */
export const jaeger = (template, id) => (template ? template.replace('{trace}', id) : '');
