// Is all well? Who gets the traffic, and what is under way?
import { overall } from '../data/overall.js';
import { h, replaceWhenChanged } from '../dom.js';
import { showFleet } from '../fleet.js';
import { showIntake } from '../intake.js';
import { showActive, showFinished } from '../rollouts.js';
import { showRoutes } from '../routes.js';
import { loading } from '../source.js';

function mount(container) {
  const part = (label, title = null) => {
    const content = h('div');
    const section = title === null ? h('section', { 'aria-label': label }) : h('section', { className: 'card', 'aria-label': label }, h('h2', { textContent: title }), content);
    return { section, content: title === null ? section : content };
  };
  const verdict = h('section', { className: 'overall', 'aria-label': 'Overall', role: 'status' });
  const active = part('Rollouts under way');
  const routes = part('Routes');
  const fleet = part('Fleet', 'Fleet');
  const finished = part('Finished rollouts', 'Finished rollouts');
  const intake = part('Intake', 'Intake');
  active.section.classList.add('active');
  routes.section.classList.add('routes');
  const all = [verdict, active.section, routes.section, h('aside', {}, fleet.section, finished.section, intake.section)];
  container.append(loading('the state'));
  return {
    update(state) {
      if (!verdict.isConnected) container.replaceChildren(...all);
      replaceWhenChanged(verdict, overall(state), ({ tone, word, detail }) => {
        verdict.className = `overall card ${tone}`;
        return [h('h1', { textContent: word }), h('span', { className: 'muted', textContent: detail })];
      });
      showActive(active.content, state.rollouts);
      showRoutes(routes.content, state.routes);
      showFleet(fleet.content, state.fleet);
      showFinished(finished.content, state.rollouts);
      showIntake(intake.content, state.intake);
    },
  };
}

export default { id: 'overview', title: 'Overview', mount };
