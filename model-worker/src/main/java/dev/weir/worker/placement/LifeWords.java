package dev.weir.worker.placement;

import dev.weir.proto.worker.v1.VersionState;

/** The words that states have outside: in the worker's status, in logs and in metric labels. */
public final class LifeWords {
  private LifeWords() {}

  /** The state as the worker's status has it. */
  public static VersionState state(Life life) {
    return switch (life) {
      case Life.Fetching _, Life.FetchWaiting _ -> VersionState.FETCHING;
      case Life.Loading _, Life.EngineWaiting _ -> VersionState.LOADING;
      case Life.Available _ -> VersionState.AVAILABLE;
      case Life.Quiescing _, Life.Unloading _, Life.Gone _ -> VersionState.QUIESCING;
      case Life.LoadFailed _ -> VersionState.LOAD_FAILED;
    };
  }

  /** The state's word. */
  public static String word(Life life) {
    return life instanceof Life.Gone ? "GONE" : state(life).name();
  }

  /** Why; empty when there is nothing to say. */
  public static String reason(Life life) {
    return switch (life) {
      case Life.FetchWaiting(int _, String reason) -> reason;
      case Life.EngineWaiting(String reason) -> reason;
      case Life.LoadFailed(String reason) -> reason;
      case Life.Fetching _,
          Life.Loading _,
          Life.Available _,
          Life.Quiescing _,
          Life.Unloading _,
          Life.Gone _ ->
          "";
    };
  }
}
