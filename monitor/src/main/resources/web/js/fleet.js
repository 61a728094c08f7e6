// The mesh's processes.
import { h, replaceWhenChanged } from './dom.js';
import { tone } from './format.js';

export function showFleet(container, fleet) {
  const services = fleet.services.filter((service) => service.service !== 'model-worker');
  const described = {
    services: services.map(({ service, instance, address, discovered }) => ({ service, instance, address, discovered })),
    workers: fleet.workers.map(({ inFlight, ...rest }) => ({ ...rest, inFlight })),
  };
  replaceWhenChanged(container, described, () => [
    h('div', { className: 'services' }, ...described.services.map((service) =>
      h('span', { className: `pill ${service.discovered ? 'good' : ''}`, title: service.address || 'known by its telemetry', textContent: service.instance || service.service }))),
    ...(described.workers.length === 0 ? [h('p', { className: 'empty', textContent: 'No worker in discovery.' })] : described.workers.map(workerElement)),
  ]);
}

function workerElement(worker) {
  return h('div', { className: 'worker' },
    h('div', { className: 'row' },
      h('b', { textContent: worker.instance }),
      h('span', { className: `pill ${tone(worker.state)}`, textContent: worker.state }),
      h('span', { className: 'spacer' }),
      h('span', { className: 'small muted', textContent: worker.capacity ? `${worker.inFlight} of ${worker.capacity} in flight` : worker.address })),
    h('div', { className: 'versions' },
      ...worker.versions.map((version) => h('span', { className: `pill ${tone(version.state)}`, title: version.reason || version.state, textContent: `${version.model} ${version.version}${version.state === 'available' ? '' : ` · ${version.state}`}` })),
      worker.engine ? h('span', { className: 'small muted', textContent: worker.engine }) : null));
}
