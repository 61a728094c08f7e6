package dev.weir.loadtest.load;

import dev.weir.proto.inference.ModelInferRequest;

/** Contents of requests. Called by one thread. */
@FunctionalInterface
public interface RequestSource {
  /**
   * The request with the given number.
   *
   * @param index from 0
   */
  ModelInferRequest request(long index);
}
