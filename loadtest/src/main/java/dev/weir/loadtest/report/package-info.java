/** What a load test saw: counts, percentiles, and how to print them. */
@NullMarked
package dev.weir.loadtest.report;

import org.jspecify.annotations.NullMarked;
