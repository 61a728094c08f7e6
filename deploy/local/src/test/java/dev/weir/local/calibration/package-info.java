/** How often the whole mesh is wrong about sound canaries, in simulation. */
@NullMarked
package dev.weir.local.calibration;

import org.jspecify.annotations.NullMarked;
