@NullMarked
package dev.weir.monitor.dashboard;

import org.jspecify.annotations.NullMarked;
