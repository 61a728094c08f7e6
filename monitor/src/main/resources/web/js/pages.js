// Which page is shown: the word after # in the address. Pages other than the overview ask for their data themselves.
import { h, replaceWhenChanged } from './dom.js';
import { alertsPage } from './pages/alerts.js';
import { driftPage } from './pages/drift.js';
import { historyPage } from './pages/history.js';

const pages = [
  { word: 'overview', name: 'Overview' },
  { word: 'drift', name: 'Drift', ...driftPage },
  { word: 'history', name: 'History', ...historyPage },
  { word: 'alerts', name: 'Alerts', ...alertsPage },
];
const REFRESH_MILLIS = 5000;
let current = pages[0];

const wanted = () => pages.find((page) => location.hash.slice(1).split('?')[0] === page.word);
const place = (page) => document.querySelector(`[data-page="${page.word}"]`);

function show(page) {
  current = page;
  pages.forEach((each) => { place(each).hidden = each !== page; });
  replaceWhenChanged(document.getElementById('pages'), page.word, () =>
    pages.map((each) => h('a', { href: `#${each.word}`, textContent: each.name, ...(each === page ? { 'aria-current': 'page' } : {}) })),
  );
  document.title = page === pages[0] ? 'Weir' : `Weir: ${page.name}`;
  refresh();
}

async function refresh() {
  const page = current;
  if (!page.load || document.hidden) return;
  try {
    const data = await page.load();
    if (page === current) page.show(place(page), data);
  } catch (problem) {
    if (page === current) {
      replaceWhenChanged(place(page), { problem: String(problem) }, () => h('div', { className: 'card' }, h('p', { className: 'empty', role: 'status', textContent: `Not to be had now: ${problem.message ?? problem}. The page tries again.` })));
    }
  }
}

/** Asks for JSON; what is wrong becomes an error in words. */
export async function ask(path, options) {
  const answer = await fetch(path, options);
  const text = await answer.text();
  const json = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(json?.error ?? `${answer.status} ${answer.statusText}`);
  return json;
}

export const again = () => refresh();

export function followPages() {
  show(wanted() ?? pages[0]);
  addEventListener('hashchange', () => {
    const page = wanted();
    if (page) show(page);
    else if (location.hash === '' || location.hash === '#') show(pages[0]);
  });
  document.addEventListener('visibilitychange', refresh);
  setInterval(refresh, REFRESH_MILLIS);
}
