// What the standing watch knows as a heat map. Pure.

/** The panel's numbers that a heat map can show, and from where on each is a little, some, much, very much. */
export const measures = {
  psi: { title: 'PSI', steps: [0.02, 0.1, 0.25, 0.5] },
  jensenShannon: { title: 'Jensen-Shannon', steps: [0.05, 0.1, 0.2, 0.3] },
  hellinger: { title: 'Hellinger', steps: [0.05, 0.1, 0.2, 0.3] },
  largestDifference: { title: 'largest difference of a share', steps: [0.02, 0.05, 0.1, 0.2] },
};

/** 0 (as the reference) to 4; -1 when there is nothing to say. */
export function level(value, measure) {
  if (value === undefined || value === null) return -1;
  return measures[measure].steps.filter((step) => value >= step).length;
}

/** {columns: [start millis], rows: [{name, alarms, progress, cells: [{value, level, rows}]}]}; what alarms comes first, then the newest window's furthest. */
export function heat(version, measure) {
  const columns = [...new Set(version.features.flatMap((feature) => feature.windows.map((window) => window.startMillis)))].sort((a, b) => a - b);
  const rows = version.features.map((feature) => {
    const byStart = new Map(feature.windows.map((window) => [window.startMillis, window]));
    return {
      name: feature.name,
      alarms: feature.alarms,
      progress: version.logThreshold > 0 ? Math.max(0, Math.min(1, (feature.logEvidence ?? 0) / version.logThreshold)) : 0,
      newest: feature.panel?.[measure] ?? 0,
      cells: columns.map((start) => {
        const window = byStart.get(start);
        return { value: window?.[measure] ?? null, level: level(window?.[measure], measure), rows: window?.rows ?? 0 };
      }),
    };
  });
  rows.sort((a, b) => b.alarms.length - a.alarms.length || b.progress - a.progress || b.newest - a.newest || a.name.localeCompare(b.name));
  return { columns, rows };
}

/** "2.677e+04 to 3.05e+04" as "26,770 to 30,500". */
export const cellName = (name) =>
  name.replace(/-?\d+(\.\d+)?(e[+-]\d+)?/g, (text) => {
    const value = Number(text);
    return Math.abs(value) >= 1e9 || (value !== 0 && Math.abs(value) < 0.001) ? text : value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  });

/** Cells of a histogram with both shares, at most so many: the largest, in their order, the rest together. */
export function distribution(histogram, most) {
  const cells = histogram.names.map((name, i) => ({ name: cellName(name), reference: histogram.reference[i], live: histogram.live[i] }));
  if (cells.length <= most) return cells;
  const kept = new Set([...cells].sort((a, b) => b.reference + b.live - a.reference - a.live).slice(0, most - 1));
  const rest = cells.filter((cell) => !kept.has(cell));
  const sum = (key) => rest.reduce((all, cell) => all + cell[key], 0);
  return [...cells.filter((cell) => kept.has(cell)), { name: `${rest.length} others`, reference: sum('reference'), live: sum('live') }];
}
