@NullMarked
package dev.weir.monitor.guardrail;

import org.jspecify.annotations.NullMarked;
