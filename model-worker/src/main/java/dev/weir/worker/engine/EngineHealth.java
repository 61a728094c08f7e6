package dev.weir.worker.engine;

/** Whether an engine answers. */
public sealed interface EngineHealth {
  /** It does. */
  record Up() implements EngineHealth {}

  /**
   * It does not, and whatever was loaded has to be taken as lost.
   *
   * @param reason why, for people
   */
  record Down(String reason) implements EngineHealth {}
}
