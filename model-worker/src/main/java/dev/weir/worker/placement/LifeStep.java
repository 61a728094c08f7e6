package dev.weir.worker.placement;

import java.util.Arrays;
import java.util.List;

/**
 * What a placed version does next: a pure function of its state and what happened. An event that
 * does not concern the state (a timer that was too late to be cancelled, for one) changes nothing.
 *
 * @param next state after the event
 * @param actions what to do, in this order
 */
public record LifeStep(Life next, List<Action> actions) {
  /** Things that are done to a version, outside the decision. */
  public enum Action {
    /** Fetch the artifact; ends with Fetched, FetchFailed or FetchRefused. */
    FETCH,
    /** Have the fetch end soon. */
    CANCEL_FETCH,
    /** Load and warm; ends with Loaded, LoadRefused or LoadInterrupted. */
    LOAD,
    /** Let requests in. */
    PUBLISH,
    /** Let no new requests in; ends with Drained. */
    QUIESCE,
    /** Let requests in again, before Drained. */
    REOPEN,
    /** Let no new requests in and forget what the engine held: it is lost. */
    WITHDRAW,
    /** Give it back to the engine; ends with Unloaded. */
    UNLOAD,
    /** Have RetryDue happen later. */
    SCHEDULE_RETRY,
    /** Have RetryDue not happen. */
    CANCEL_RETRY,
    /** Drop all that is known of it. */
    FORGET
  }

  public LifeStep {
    actions = List.copyOf(actions);
  }

  /** The first step of a version that was just placed. */
  public static LifeStep first() {
    return to(new Life.Fetching(true, 1), Action.FETCH);
  }

  /** The step that an event causes. */
  public static LifeStep after(Life life, LifeEvent event) {
    return switch (life) {
      case Life.Fetching fetching -> fetching(fetching, event);
      case Life.FetchWaiting waiting -> fetchWaiting(waiting, event);
      case Life.Loading loading -> loading(loading, event);
      case Life.EngineWaiting waiting -> engineWaiting(waiting, event);
      case Life.Available available -> available(available, event);
      case Life.Quiescing quiescing -> quiescing(quiescing, event);
      case Life.Unloading unloading -> unloading(unloading, event);
      case Life.LoadFailed failed -> loadFailed(failed, event);
      case Life.Gone gone -> to(gone);
    };
  }

  private static LifeStep fetching(Life.Fetching life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.Wanted() -> to(new Life.Fetching(true, life.attempt()));
      case LifeEvent.Unwanted() ->
          life.wanted()
              ? to(new Life.Fetching(false, life.attempt()), Action.CANCEL_FETCH)
              : to(life);
      case LifeEvent.Fetched() -> life.wanted() ? to(new Life.Loading(true), Action.LOAD) : gone();
      case LifeEvent.FetchFailed(var reason) ->
          life.wanted()
              ? to(new Life.FetchWaiting(life.attempt(), reason), Action.SCHEDULE_RETRY)
              : gone();
      case LifeEvent.FetchRefused(var reason) ->
          life.wanted() ? to(new Life.LoadFailed(reason), Action.SCHEDULE_RETRY) : gone();
      case LifeEvent.Loaded(),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.RetryDue(),
          LifeEvent.Drained(),
          LifeEvent.Unloaded(),
          LifeEvent.EngineLost(_),
          LifeEvent.EngineBack() ->
          to(life);
    };
  }

  private static LifeStep fetchWaiting(Life.FetchWaiting life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.RetryDue() -> to(new Life.Fetching(true, life.attempt() + 1), Action.FETCH);
      case LifeEvent.Unwanted() -> goneWithoutRetry();
      case LifeEvent.Wanted(),
          LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.Loaded(),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.Drained(),
          LifeEvent.Unloaded(),
          LifeEvent.EngineLost(_),
          LifeEvent.EngineBack() ->
          to(life);
    };
  }

  private static LifeStep loading(Life.Loading life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.Wanted() -> to(new Life.Loading(true));
      case LifeEvent.Unwanted() -> to(new Life.Loading(false));
      case LifeEvent.Loaded() ->
          life.wanted()
              ? to(new Life.Available(), Action.PUBLISH)
              : to(new Life.Unloading(false), Action.UNLOAD);
      case LifeEvent.LoadRefused(var reason) ->
          life.wanted() ? to(new Life.LoadFailed(reason), Action.SCHEDULE_RETRY) : gone();
      case LifeEvent.LoadInterrupted(var reason) ->
          life.wanted() ? to(new Life.EngineWaiting(reason), Action.SCHEDULE_RETRY) : gone();
      case LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.RetryDue(),
          LifeEvent.Drained(),
          LifeEvent.Unloaded(),
          LifeEvent.EngineLost(_),
          LifeEvent.EngineBack() ->
          to(life);
    };
  }

  private static LifeStep engineWaiting(Life.EngineWaiting life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.EngineBack(), LifeEvent.RetryDue() ->
          to(new Life.Loading(true), Action.CANCEL_RETRY, Action.LOAD);
      case LifeEvent.Unwanted() -> goneWithoutRetry();
      case LifeEvent.EngineLost(var reason) -> to(new Life.EngineWaiting(reason));
      case LifeEvent.Wanted(),
          LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.Loaded(),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.Drained(),
          LifeEvent.Unloaded() ->
          to(life);
    };
  }

  private static LifeStep available(Life.Available life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.Unwanted() -> to(new Life.Quiescing(), Action.QUIESCE);
      case LifeEvent.EngineLost(var reason) ->
          to(new Life.EngineWaiting(reason), Action.WITHDRAW, Action.SCHEDULE_RETRY);
      case LifeEvent.Wanted(),
          LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.Loaded(),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.RetryDue(),
          LifeEvent.Drained(),
          LifeEvent.Unloaded(),
          LifeEvent.EngineBack() ->
          to(life);
    };
  }

  private static LifeStep quiescing(Life.Quiescing life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.Wanted() -> to(new Life.Available(), Action.REOPEN);
      case LifeEvent.Drained() -> to(new Life.Unloading(false), Action.UNLOAD);
      case LifeEvent.EngineLost(_) -> to(new Life.Gone(), Action.WITHDRAW, Action.FORGET);
      case LifeEvent.Unwanted(),
          LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.Loaded(),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.RetryDue(),
          LifeEvent.Unloaded(),
          LifeEvent.EngineBack() ->
          to(life);
    };
  }

  private static LifeStep unloading(Life.Unloading life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.Wanted() -> to(new Life.Unloading(true));
      case LifeEvent.Unwanted() -> to(new Life.Unloading(false));
      case LifeEvent.Unloaded() -> life.wanted() ? first() : gone();
      case LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.Loaded(),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.RetryDue(),
          LifeEvent.Drained(),
          LifeEvent.EngineLost(_),
          LifeEvent.EngineBack() ->
          to(life);
    };
  }

  private static LifeStep loadFailed(Life.LoadFailed life, LifeEvent event) {
    return switch (event) {
      case LifeEvent.RetryDue() -> first();
      case LifeEvent.Unwanted() -> goneWithoutRetry();
      case LifeEvent.Wanted(),
          LifeEvent.Fetched(),
          LifeEvent.FetchFailed(_),
          LifeEvent.FetchRefused(_),
          LifeEvent.Loaded(),
          LifeEvent.LoadRefused(_),
          LifeEvent.LoadInterrupted(_),
          LifeEvent.Drained(),
          LifeEvent.Unloaded(),
          LifeEvent.EngineLost(_),
          LifeEvent.EngineBack() ->
          to(life);
    };
  }

  private static LifeStep gone() {
    return to(new Life.Gone(), Action.FORGET);
  }

  private static LifeStep goneWithoutRetry() {
    return to(new Life.Gone(), Action.CANCEL_RETRY, Action.FORGET);
  }

  private static LifeStep to(Life next, Action... actions) {
    return new LifeStep(next, Arrays.asList(actions));
  }
}
