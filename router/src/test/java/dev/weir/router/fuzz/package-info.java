/** Requests to damage, for the fuzzers of the data plane. */
@NullMarked
package dev.weir.router.fuzz;

import org.jspecify.annotations.NullMarked;
