package dev.weir.worker.engine.onnx;

import dev.weir.platform.config.Setting;
import dev.weir.platform.error.Check;

/** ONNX Runtime in this process. */
public record OnnxConfig(
    @Setting("Computations at a time, 1 to 1024; 0: one per processor.") int threads) {
  public OnnxConfig {
    Check.inRange("threads", threads, 0, 1024);
  }

  /** One computation per processor. */
  public static OnnxConfig defaults() {
    return new OnnxConfig(0);
  }

  /** Threads on a machine with so many processors. */
  public int threadsOn(int processors) {
    return threads == 0 ? processors : threads;
  }
}
