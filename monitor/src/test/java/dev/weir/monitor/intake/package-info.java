@NullMarked
package dev.weir.monitor.intake;

import org.jspecify.annotations.NullMarked;
