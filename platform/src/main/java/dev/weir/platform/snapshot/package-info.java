/** Following the registry's numbered snapshots, and keeping the last one on disk. */
@NullMarked
package dev.weir.platform.snapshot;

import org.jspecify.annotations.NullMarked;
