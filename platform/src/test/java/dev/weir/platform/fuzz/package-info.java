/** Damaged input, in the tests of all services. */
@NullMarked
package dev.weir.platform.fuzz;

import org.jspecify.annotations.NullMarked;
