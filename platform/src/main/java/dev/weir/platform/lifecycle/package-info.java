/** Starting, stopping and failing of a service process. */
@NullMarked
package dev.weir.platform.lifecycle;

import org.jspecify.annotations.NullMarked;
