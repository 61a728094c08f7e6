// Takes the state once a second and hands it to the page that the address names.
import { connect } from './connection.js';
import { openAlerts } from './data/alerts.js';
import { h, replaceWhenChanged } from './dom.js';
import { tone } from './format.js';
import { pages } from './pages.js';
import { pageOf } from './router.js';
import { poll } from './source.js';
import { followAddress, linkToJaeger } from './trace.js';

const at = (id) => document.getElementById(id);
let shown = null;
let newest = null;
let open = [];
let firing = 0;

function showPage() {
  const { id, query } = pageOf(location.hash, pages.map((page) => page.id));
  if (id === null) return;
  if (shown?.id !== id) {
    shown?.page.close?.();
    const frame = h('div', { className: `page ${id}` });
    at('page').replaceChildren(frame);
    const page = pages.find((candidate) => candidate.id === id);
    shown = { id, page: page.mount(frame, query), title: page.title };
  } else {
    shown.page.turn?.(query);
  }
  showNavigation();
  if (newest !== null) shown.page.update?.(newest);
}

function showNavigation() {
  document.title = `${firing > 0 ? `(${firing}) ` : ''}${shown.title} · Weir`;
  replaceWhenChanged(at('nav'), [shown.id, firing], () => pages.map((page) => {
    const link = h('a', { href: `#/${page.id}`, textContent: page.title });
    if (page.id === shown.id) link.setAttribute('aria-current', 'page');
    if (page.id === 'alerts' && firing > 0) link.append(h('span', { className: 'badge', textContent: String(firing), 'aria-label': `${firing} firing` }));
    return link;
  }));
}

function show(state) {
  newest = { ...state, openAlerts: open };
  linkToJaeger(state.jaegerUrl);
  at('headline').textContent = `${state.instance} · revision ${state.revision}`;
  const wrong = Object.entries(state.health).filter(([, word]) => word !== 'ready');
  replaceWhenChanged(at('health'), wrong, () => wrong.map(([part, word]) => h('span', { className: `pill ${tone(word)}`, textContent: `${part}: ${word}` })));
  shown?.page.update?.(newest);
}

function says(word, trouble) {
  at('live').className = `pill ${tone(word)}`;
  at('live').textContent = word;
  at('banner').hidden = trouble === '';
  at('banner').textContent = trouble;
  document.body.classList.toggle('stale', trouble !== '');
}

at('skip').addEventListener('click', (event) => {
  event.preventDefault();
  at('page').focus();
});
addEventListener('hashchange', showPage);
followAddress(at('trace'));
if (location.hash === '' || location.hash === '#') history.replaceState(null, '', '#/overview');
showPage();
if (shown === null) {
  // The address names a trace only: it opens above the overview.
  shown = { id: 'overview', page: pages[0].mount(at('page').appendChild(h('div', { className: 'page overview' })), {}), title: pages[0].title };
  showNavigation();
}
connect('api/v1/events', show, says);
poll('api/v1/alerts', 5000, (answer) => {
  if (answer.data !== null) {
    open = openAlerts(answer.data).filter((alert) => alert.state === 'FIRING');
    firing = open.length;
    showNavigation();
  }
});
