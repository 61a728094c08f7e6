/**
 * Which predictions are most worth a label, and the way of labels back. Owns the queue ({@link
 * dev.weir.monitor.labelling.LabellingQueue}, guarded by it), which holds no inputs and is not kept
 * over a restart.
 */
@NullMarked
package dev.weir.monitor.labelling;

import org.jspecify.annotations.NullMarked;
