// Asks a path of the API again and again.
import { h } from './dom.js';

/**
 * Calls `take({data, error, at})` for each answer: `data` is the newest good one or null, `error` a
 * sentence or empty, `at` when the good one came. Gives a function that ends it.
 */
export function poll(path, millis, take) {
  let ended = false;
  let timer = 0;
  let data = null;
  let at = 0;
  const ask = async () => {
    let error = '';
    try {
      const response = await fetch(path);
      const answer = await response.json();
      if (response.ok) {
        data = answer;
        at = Date.now();
      } else {
        error = answer.error ?? `status ${response.status}`;
      }
    } catch (problem) {
      error = `The monitor does not answer: ${problem.message}.`;
    }
    if (ended) return;
    take({ data, error, at });
    timer = setTimeout(ask, millis);
  };
  ask();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

export const loading = (what) => h('p', { className: 'card empty', role: 'status', textContent: `Loading ${what} …` });

export const empty = (text, detail = '') =>
  h('div', { className: 'card' }, h('p', { className: 'empty', textContent: text }), detail ? h('p', { className: 'small muted', textContent: detail }) : null);

export const failed = (error) => h('p', { className: 'card trouble', role: 'alert', textContent: error });
