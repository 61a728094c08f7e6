/**
 * Triton over gRPC, with explicit model control. One Triton model per Weir version, because Triton
 * loads whole models: a reload in place would take the old version away from callers that name it.
 * One Triton belongs to one worker.
 */
@NullMarked
package dev.weir.worker.engine.triton;

import org.jspecify.annotations.NullMarked;
