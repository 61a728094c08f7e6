@NullMarked
package dev.weir.monitor.replay;

import org.jspecify.annotations.NullMarked;
