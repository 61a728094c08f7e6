@NullMarked
package dev.weir.monitor.history;

import org.jspecify.annotations.NullMarked;
