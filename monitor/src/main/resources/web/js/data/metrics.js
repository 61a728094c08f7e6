// Newest metric values by process. Pure.

/** [{service, instance, lines: [{name, value, at}]}] by name; attributes are part of a line's name. */
export function byProcess(lines) {
  const processes = new Map();
  for (const line of lines) {
    const key = `${line.service}\u0000${line.instance}`;
    if (!processes.has(key)) processes.set(key, { service: line.service, instance: line.instance, lines: [] });
    const attributes = Object.entries(line.attributes).map(([name, value]) => `${name}=${value}`).sort().join(', ');
    processes.get(key).lines.push({ name: line.metric, attributes, value: line.value, sum: line.sum, at: line.at });
  }
  const all = [...processes.values()].sort((a, b) => a.service.localeCompare(b.service) || a.instance.localeCompare(b.instance));
  all.forEach((process) => process.lines.sort((a, b) => a.name.localeCompare(b.name) || a.attributes.localeCompare(b.attributes)));
  return all;
}

/** A figure as people read it, by its name: bytes in GB, a share in percent. */
export function readable(name, value) {
  if (/bytes/.test(name)) return value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${(value / 1e6).toFixed(0)} MB`;
  if (/utili[sz]ation|ratio$/.test(name)) return `${(100 * value).toFixed(0)} %`;
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** Whether a metric is about a GPU: Triton's and DCGM's names. */
export const isOfGpu = (name) => /^(nv_gpu|nv_energy|DCGM_|gpu)|[._]gpu[._]/i.test(name);
