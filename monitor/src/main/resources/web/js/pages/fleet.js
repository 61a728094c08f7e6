// Are the processes well, and what do they say of themselves?
import { byProcess, isOfGpu, readable } from '../data/metrics.js';
import { h, replaceWhenChanged } from '../dom.js';
import { count, number, tone } from '../format.js';
import { empty, failed, loading, poll } from '../source.js';

function mount(container) {
  const workers = h('section', { 'aria-label': 'Workers', className: 'worker-cards' });
  const services = h('section', { 'aria-label': 'Other services' });
  const gpus = h('section', { 'aria-label': 'GPUs' });
  const metrics = h('section', { 'aria-label': 'Figures', className: 'stack' });
  container.append(loading('the fleet'));
  const end = poll('api/v1/metrics', 5000, ({ data, error }) => {
    if (data === null) {
      replaceWhenChanged(metrics, error, failed);
      return;
    }
    const processes = byProcess(data);
    showGpus(gpus, processes);
    showMetrics(metrics, processes);
  });
  return {
    update(state) {
      if (!workers.isConnected) container.replaceChildren(workers, gpus, services, metrics);
      showWorkers(workers, state.fleet.workers);
      showServices(services, state.fleet.services);
    },
    close: end,
  };
}

function showWorkers(element, workers) {
  replaceWhenChanged(element, workers, () => workers.length === 0 ? empty('No worker in discovery.', 'Start one with: weir worker') : workers.map((worker) =>
    h('article', { className: `card ${tone(worker.state) === 'bad' ? 'violated' : ''}` },
      h('div', { className: 'row' }, h('h3', { textContent: worker.instance }), h('span', { className: `pill big ${tone(worker.state)}`, textContent: worker.state }), h('span', { className: 'spacer' }), h('span', { className: 'small muted', textContent: worker.engine })),
      worker.capacity > 0 ? h('div', { className: 'bar', role: 'meter', 'aria-label': `load of ${worker.instance}`, 'aria-valuenow': String(worker.inFlight), 'aria-valuemax': String(worker.capacity) }, h('div', { className: 'fill', style: { width: `${Math.min(100, (100 * worker.inFlight) / worker.capacity)}%` } })) : null,
      h('div', { className: 'small muted', textContent: worker.capacity > 0 ? `${worker.inFlight} of ${worker.capacity} in flight · revision ${worker.snapshotRevision} · ${worker.address}` : `${worker.address}: it says nothing` }),
      h('div', { className: 'versions' }, ...worker.versions.map((version) => h('span', { className: `pill ${tone(version.state)}`, title: version.reason || version.state, textContent: `${version.model} ${version.version} · ${version.state}` }))))));
}

function showServices(element, services) {
  const others = services.filter((service) => service.service !== 'model-worker');
  replaceWhenChanged(element, others.map(({ service, instance, address, discovered, telemetryAgeSeconds }) => [service, instance, address, discovered, telemetryAgeSeconds !== null]), (rows) => h('div', { className: 'card scroll' },
    h('h2', { textContent: 'Other services' }),
    h('table', {}, h('thead', {}, h('tr', {}, ...['service', 'instance', 'address', 'discovery', 'telemetry'].map((title) => h('th', { scope: 'col', textContent: title })))),
      h('tbody', {}, ...rows.map(([service, instance, address, discovered, heard]) => h('tr', {},
        h('td', { textContent: service }), h('td', { textContent: instance }), h('td', { className: 'mono', textContent: address || '–' }),
        h('td', {}, h('span', { className: `pill ${discovered ? 'good' : ''}`, textContent: discovered ? 'there' : 'not there' })),
        h('td', {}, h('span', { className: `pill ${heard ? 'good' : ''}`, textContent: heard ? 'comes' : 'none lately' }))))))));
}

function showGpus(element, processes) {
  const tiles = processes.flatMap((process) => process.lines.filter((line) => isOfGpu(line.name)).map((line) => ({ ...line, instance: process.instance })));
  element.hidden = tiles.length === 0;
  replaceWhenChanged(element, tiles.map(({ at, ...rest }) => rest), () => h('div', { className: 'card' }, h('h2', { textContent: 'GPUs' }),
    h('div', { className: 'tiles' }, ...tiles.map((tile) => h('div', { className: 'figure' }, h('b', { textContent: readable(tile.name, tile.value) }), h('span', { className: 'small muted', textContent: `${tile.name} · ${tile.instance}${tile.attributes ? ` · ${tile.attributes}` : ''}` }))))));
}

function showMetrics(element, processes) {
  if (processes.length === 0) {
    replaceWhenChanged(element, 'none', () => empty('No figures yet.', 'Services send their metrics to the monitor over OTLP (telemetry.otlp-endpoints).'));
    return;
  }
  delete element.dataset.shown;
  const open = new Set([...element.querySelectorAll('details[open]')].map((one) => one.dataset.key));
  replaceWhenChanged(element, processes.map((process) => [process.service, process.instance, process.lines.map((line) => [line.name, line.attributes, line.value, line.sum])]), () => processes.map((process) => {
    const key = `${process.service}/${process.instance}`;
    return h('details', { className: 'card scroll', 'data-key': key, open: open.has(key) },
      h('summary', {}, h('b', { textContent: process.instance || process.service }), h('span', { className: 'muted small', textContent: ` ${process.service} · ${count(process.lines.length)} figures` })),
      h('table', {}, h('tbody', {}, ...process.lines.map((line) => h('tr', {}, h('td', { className: 'mono', textContent: line.name }), h('td', { className: 'small muted', textContent: line.attributes }), h('td', { className: 'number', textContent: line.sum ? `${count(line.value)} · mean ${number(line.sum / Math.max(1, line.value))}` : readable(line.name, line.value) }))))));
  }));
}

export default { id: 'fleet', title: 'Fleet', mount };
