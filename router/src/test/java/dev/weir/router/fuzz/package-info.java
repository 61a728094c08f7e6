/** What the fuzzers share: seeds, changes, and how long they run. */
@NullMarked
package dev.weir.router.fuzz;

import org.jspecify.annotations.NullMarked;
