@NullMarked
package dev.weir.monitor.store;

import org.jspecify.annotations.NullMarked;
