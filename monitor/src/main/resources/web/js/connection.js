// The stream of states, and how long it has been silent.
import { outage } from './data/outage.js';

const RETRY_MILLIS = 2000;

/**
 * `show(state)` for each; `says(word, trouble)` whenever that changes, trouble being a sentence or
 * empty. A page that nobody looks at lets its stream go: a browser gives all pages of a host six
 * connections together, and each stream takes one.
 */
export function connect(path, show, says) {
  let begun = Date.now();
  let heard = 0;
  let refused = false;
  let events = null;
  const look = () => {
    if (document.hidden) return;
    const { word, trouble } = outage(Date.now(), begun, heard, refused);
    says(word, trouble);
  };
  const open = () => {
    if (document.hidden || (events !== null && events.readyState !== EventSource.CLOSED)) return;
    events = new EventSource(path);
    events.onmessage = (event) => {
      heard = Date.now();
      refused = false;
      show(JSON.parse(event.data));
      look();
    };
    events.onerror = () => {
      // A browser tries again by itself, except after a refusal.
      if (events.readyState === EventSource.CLOSED) {
        refused = true;
        setTimeout(open, RETRY_MILLIS);
      }
      look();
    };
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      events?.close();
    } else {
      begun = Date.now();
      heard = 0;
      open();
      look();
    }
  });
  open();
  setInterval(look, 1000);
}
