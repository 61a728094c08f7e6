// The pages, in the order of the navigation.
import alerts from './pages/alerts.js';
import drift from './pages/drift.js';
import fleet from './pages/fleet.js';
import history from './pages/history.js';
import labels from './pages/labels.js';
import overview from './pages/overview.js';
import rollouts from './pages/rollouts.js';
import traces from './pages/traces.js';
import versions from './pages/versions.js';
import why from './pages/why.js';

/** Each: {id, title, mount(container, query)}, which gives {update(state), turn(query), close()}, all three optional. */
export const pages = [overview, alerts, why, rollouts, versions, drift, labels, history, traces, fleet];
