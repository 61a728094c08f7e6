@NullMarked
package dev.weir.monitor;

import org.jspecify.annotations.NullMarked;
