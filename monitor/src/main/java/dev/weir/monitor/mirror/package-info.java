/**
 * What shadow versions answered beside what clients got: pairs from routers, added up by route and
 * by the two versions. Nothing here decides anything. {@link dev.weir.monitor.mirror.MirrorBoard}
 * owns all mutable state, under its own lock; it is in memory only.
 */
@NullMarked
package dev.weir.monitor.mirror;

import org.jspecify.annotations.NullMarked;
