/**
 * What the monitor knows, shown live: a page, the state as JSON and as a stream of events, and
 * traces. The numbers are made here by pure functions; the page only draws.
 */
@NullMarked
package dev.weir.monitor.dashboard;

import org.jspecify.annotations.NullMarked;
