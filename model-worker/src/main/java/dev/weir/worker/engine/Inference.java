package dev.weir.worker.engine;

import dev.weir.proto.inference.ModelInferResponse;

/**
 * An engine's answer and where the time went.
 *
 * @param response the answer, named by the request's model and version, outputs in raw form
 * @param inputNanos preparing inputs
 * @param inferNanos in the model
 * @param outputNanos extracting outputs
 */
public record Inference(
    ModelInferResponse response, long inputNanos, long inferNanos, long outputNanos) {}
