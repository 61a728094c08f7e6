/**
 * What the router's parts cost by themselves. {@code loadtest/bench/jmh} runs all of them; only
 * ratios within one run mean something.
 */
@NullMarked
package dev.weir.benchmarks;

import org.jspecify.annotations.NullMarked;
