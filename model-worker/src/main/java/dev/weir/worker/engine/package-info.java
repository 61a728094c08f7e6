/**
 * What computes: one interface, with ONNX Runtime in this process and Triton over gRPC behind it.
 * An engine knows nothing of placements, admission or samples. {@code EngineContract} (tests) holds
 * what each must do.
 */
@NullMarked
package dev.weir.worker.engine;

import org.jspecify.annotations.NullMarked;
