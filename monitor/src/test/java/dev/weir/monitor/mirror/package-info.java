@NullMarked
package dev.weir.monitor.mirror;

import org.jspecify.annotations.NullMarked;
