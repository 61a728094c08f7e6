/** How much a monitor takes. Not part of the build. */
@NullMarked
package dev.weir.monitor.load;

import org.jspecify.annotations.NullMarked;
