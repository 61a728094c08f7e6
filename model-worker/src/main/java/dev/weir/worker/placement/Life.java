package dev.weir.worker.placement;

/**
 * Where a placed version is on its way. Each state but the last has at most one job or timer that
 * will end it.
 */
public sealed interface Life {
  /**
   * Its artifact is being fetched and checked.
   *
   * @param wanted whether it is still placed; when not, the fetch was cancelled and its end is
   *     awaited
   * @param attempt from 1
   */
  record Fetching(boolean wanted, int attempt) implements Life {}

  /**
   * The registry could not give the artifact; it will be asked again.
   *
   * @param attempt the one that failed, from 1
   */
  record FetchWaiting(int attempt, String reason) implements Life {}

  /**
   * The engine is loading and warming it. This cannot be cancelled.
   *
   * @param wanted whether it is still placed
   */
  record Loading(boolean wanted) implements Life {}

  /** The engine is away; it is loaded when that comes back. */
  record EngineWaiting(String reason) implements Life {}

  /** It takes requests. */
  record Available() implements Life {}

  /** It takes no new requests and finishes those it has. */
  record Quiescing() implements Life {}

  /**
   * No requests are left; the engine is giving it back.
   *
   * @param wanted whether it was placed again meanwhile
   */
  record Unloading(boolean wanted) implements Life {}

  /** It could not be brought into service; it will be tried again, slowly. */
  record LoadFailed(String reason) implements Life {}

  /** Nothing of it is left. */
  record Gone() implements Life {}
}
