/**
 * Tensors as the inference protocol carries them: element types, shapes, and the raw form of their
 * elements. Values only.
 */
@NullMarked
package dev.weir.worker.tensor;

import org.jspecify.annotations.NullMarked;
