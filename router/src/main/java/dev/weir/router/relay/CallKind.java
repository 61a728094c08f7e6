package dev.weir.router.relay;

/** What a client's call is, for those who count calls. */
public enum CallKind {
  /** {@code ModelInfer}. */
  UNARY("unary"),
  /** {@code ModelStreamInfer}. */
  STREAM("stream"),
  /** Everything that is not inference, but for health checks and reflection. */
  OTHER("other");

  private final String word;

  CallKind(String word) {
    this.word = word;
  }

  /** As metrics say it. */
  public String word() {
    return word;
  }
}
