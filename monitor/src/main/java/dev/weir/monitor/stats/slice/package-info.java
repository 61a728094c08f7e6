/**
 * Which part of the traffic explains a change. Explores and explains; decides nothing and raises no
 * alarm. Pure.
 */
@NullMarked
package dev.weir.monitor.stats.slice;

import org.jspecify.annotations.NullMarked;
