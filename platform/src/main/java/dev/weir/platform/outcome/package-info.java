/** How outcomes of requests are put into numbers that router and monitor agree on. Pure values. */
@NullMarked
package dev.weir.platform.outcome;

import org.jspecify.annotations.NullMarked;
