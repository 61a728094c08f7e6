package dev.weir.worker.placement;

/** Something that happened to a placed version. */
public sealed interface LifeEvent {
  /** A snapshot places it. */
  record Wanted() implements LifeEvent {}

  /** A snapshot no longer places it. */
  record Unwanted() implements LifeEvent {}

  /** The artifact is here and its digest is right. */
  record Fetched() implements LifeEvent {}

  /** The artifact could not be fetched now. */
  record FetchFailed(String reason) implements LifeEvent {}

  /** The artifact will not come: the registry does not have it, or it does not fit. */
  record FetchRefused(String reason) implements LifeEvent {}

  /** The engine holds it, warm. */
  record Loaded() implements LifeEvent {}

  /** The engine will not hold it. */
  record LoadRefused(String reason) implements LifeEvent {}

  /** The engine was away while it loaded. */
  record LoadInterrupted(String reason) implements LifeEvent {}

  /** Time to try again. */
  record RetryDue() implements LifeEvent {}

  /** No requests are left, or those left had their time. */
  record Drained() implements LifeEvent {}

  /** The engine has given it back. */
  record Unloaded() implements LifeEvent {}

  /** The engine is away; what it held is lost. */
  record EngineLost(String reason) implements LifeEvent {}

  /** The engine is back, empty. */
  record EngineBack() implements LifeEvent {}
}
