/** The monitor's word to the registry. */
@NullMarked
package dev.weir.monitor.verdict;

import org.jspecify.annotations.NullMarked;
