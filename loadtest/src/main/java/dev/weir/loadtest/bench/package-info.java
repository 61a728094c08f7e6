/**
 * The side-by-side comparison of the router with other proxies of the field, on one machine, in one
 * run. Started by {@code loadtest/bench/compare}; the method is in {@code docs/performance.md}.
 */
@NullMarked
package dev.weir.loadtest.bench;

import org.jspecify.annotations.NullMarked;
