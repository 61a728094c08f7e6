/** The launcher's program. */
@NullMarked
package dev.weir.local;

import org.jspecify.annotations.NullMarked;
