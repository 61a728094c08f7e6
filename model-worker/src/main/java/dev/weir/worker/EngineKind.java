package dev.weir.worker;

/** What computes. */
public enum EngineKind {
  /** ONNX Runtime, in this process. */
  ONNXRUNTIME,
  /** A Triton beside this process. */
  TRITON
}
