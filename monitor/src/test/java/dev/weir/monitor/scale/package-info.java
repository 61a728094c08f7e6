@NullMarked
package dev.weir.monitor.scale;

import org.jspecify.annotations.NullMarked;
