// What is said of a silent connection. Pure.
import { clock, seconds } from '../format.js';

const SILENCE_MILLIS = 5000;

/** `now`, `begun`, `heard` (0: never) in milliseconds since 1970. */
export function outage(now, begun, heard, refused) {
  const since = heard === 0 ? begun : heard;
  if (now - since <= SILENCE_MILLIS) return { word: heard === 0 ? 'connecting' : 'live', trouble: '' };
  const long = seconds(Math.floor((now - since) / 1000), 0);
  const shown = heard === 0 ? 'Nothing was heard of it yet.' : `What you see is from ${clock(heard)}.`;
  const why = refused ? ' It refuses this page: perhaps too many are open.' : '';
  return { word: 'offline', trouble: `No connection to the monitor for ${long}. ${shown}${why}` };
}
