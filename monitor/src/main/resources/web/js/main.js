// Takes the state once a second and hands each part to what shows it.
import { h, replaceWhenChanged } from './dom.js';
import { showFleet } from './fleet.js';
import { tone } from './format.js';
import { showIntake } from './intake.js';
import { showActive, showFinished } from './rollouts.js';
import { showRoutes } from './routes.js';
import { followAddress } from './trace.js';

const at = (id) => document.getElementById(id);
const SILENCE_MILLIS = 5000;
let heard = 0;

function show(state) {
  heard = Date.now();
  says('live');
  at('headline').textContent = `${state.instance} · revision ${state.revision}`;
  const wrong = Object.entries(state.health).filter(([, word]) => word !== 'ready');
  replaceWhenChanged(at('health'), wrong, () => wrong.map(([part, word]) => h('span', { className: `pill ${tone(word)}`, textContent: `${part}: ${word}` })));
  showActive(at('active'), state.rollouts);
  showRoutes(at('routes'), state.routes);
  showFleet(at('fleet'), state.fleet);
  showFinished(at('finished'), state.rollouts);
  showIntake(at('intake'), state.intake);
}

function says(word) {
  at('live').className = `pill ${tone(word)}`;
  at('live').textContent = word;
}

function connect() {
  const events = new EventSource('api/v1/events');
  events.onmessage = (event) => show(JSON.parse(event.data));
  events.onerror = () => {
    says('offline');
    // A browser tries again by itself, except after a refusal.
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  };
}

setInterval(() => {
  if (heard > 0 && Date.now() - heard > SILENCE_MILLIS) says('offline');
}, 1000);

followAddress(at('trace'));
connect();
