@NullMarked
package dev.weir.monitor.forward;

import org.jspecify.annotations.NullMarked;
