/**
 * ONNX Runtime in this process: one session per version, one thread per inference. Native memory is
 * owned by the method that made it and given back before it returns; the session alone lives
 * longer, and {@link dev.weir.worker.engine.onnx.OnnxVersion} owns it.
 */
@NullMarked
package dev.weir.worker.engine.onnx;

import org.jspecify.annotations.NullMarked;
