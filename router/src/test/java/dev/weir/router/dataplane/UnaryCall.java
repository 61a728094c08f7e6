package dev.weir.router.dataplane;

import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Exchange;
import dev.weir.router.exchange.Exchanges;
import dev.weir.router.exchange.NextStep;
import dev.weir.router.exchange.Pushback;
import dev.weir.router.exchange.RequestIds;
import dev.weir.router.policy.Decision;
import dev.weir.router.relay.WorkerLink;
import dev.weir.router.wire.MalformedRequestException;
import dev.weir.router.wire.OverrideFields;
import dev.weir.router.wire.RequestPeek;
import dev.weir.router.wire.StatusCode;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One {@code ModelInfer} on its way through. The client's events (message, half-close, cancel) come
 * on its connection's event loop until the first attempt starts; from then on only the events of
 * the attempt in progress act, on the worker's loop, and a cancel merely ends that attempt. So the
 * answering side of the client's call has one thread at a time.
 *
 * <p>The request is kept whole until it is answered, and the answer until its status is known: that
 * is what makes another try possible. Both are bounded by the listeners' largest message.
 */
final class UnaryCall extends ServerCall.Listener<RawMessage> {
  private final ServerCall<RawMessage, RawMessage> client;
  private final Metadata headers;
  private final Exchanges exchanges;
  private final @Nullable Deadline clientDeadline;
  private @Nullable RawMessage request;
  private boolean refused;
  private String requestId = "";
  private volatile @Nullable Exchange exchange;
  private volatile @Nullable ClientCall<RawMessage, RawMessage> upstream;
  private volatile boolean clientGone;

  UnaryCall(ServerCall<RawMessage, RawMessage> client, Metadata headers, Exchanges exchanges) {
    this.client = client;
    this.headers = headers;
    this.exchanges = exchanges;
    this.clientDeadline = Context.current().getDeadline();
    // two: so that a second message, which must not come, is noticed
    client.request(2);
  }

  @Override
  public void onMessage(RawMessage message) {
    if (request != null && !refused) {
      refuse(StatusCode.INTERNAL, "ModelInfer takes one message, and a second one came");
    }
    request = message;
  }

  @Override
  public void onHalfClose() {
    RawMessage message = request;
    if (refused) {
      return;
    }
    if (message == null) {
      refuse(StatusCode.INTERNAL, "ModelInfer takes one message, and none came");
      return;
    }
    String traceparent = headers.get(MeshMetadata.TRACEPARENT);
    RequestPeek peek;
    try {
      peek = RequestPeek.of(message.body());
    } catch (MalformedRequestException e) {
      String problem = String.valueOf(e.getMessage());
      exchanges.refusedUnread(traceparent, StatusCode.INVALID_ARGUMENT, problem);
      refuse(StatusCode.INVALID_ARGUMENT, problem);
      return;
    }
    switch (exchanges.open(new MessageFacts(peek, headers), traceparent)) {
      case Exchanges.Opened.Refused(var code, var text) -> refuse(code, text);
      case Exchanges.Opened.Accepted(var opened) -> {
        exchange = opened;
        requestId = RequestIds.choose(peek.id(), headers.get(MeshMetadata.REQUEST_ID), exchanges);
        opened.limit(
            clientDeadline == null
                ? Long.MAX_VALUE
                : clientDeadline.timeRemaining(TimeUnit.NANOSECONDS));
        go(opened.begin());
      }
    }
  }

  private void refuse(StatusCode code, String message) {
    refused = true;
    client.close(Statuses.status(code, message), new Metadata());
  }

  private void go(NextStep step) {
    switch (step) {
      case NextStep.Send(var attempt) -> send(attempt);
      case NextStep.End(var code, var message) ->
          end(Statuses.status(code, message), new Metadata());
      case NextStep.Wait _, NextStep.Pause _, NextStep.Give _ ->
          throw new IllegalStateException("the first step is " + step);
    }
  }

  private void send(Attempt attempt) {
    var message =
        new RawMessage(
            request().body(),
            OverrideFields.request(
                attempt.decision().variant().served().model(),
                attempt.decision().variant().served().version()));
    ClientCall<RawMessage, RawMessage> call = newCall(attempt);
    upstream = call;
    Metadata toWorker = HeaderRules.toWorker(headers, attempt);
    toWorker.put(MeshMetadata.REQUEST_ID, requestId);
    call.start(new Answer(attempt), toWorker);
    call.request(2);
    call.sendMessage(message);
    call.halfClose();
    if (clientGone) {
      call.cancel("the client went away", null);
    }
  }

  /** Outside the client's context: deadline and cancellation are passed on here, and only here. */
  private ClientCall<RawMessage, RawMessage> newCall(Attempt attempt) {
    Context previous = Context.ROOT.attach();
    try {
      return WorkerLink.channelOf(attempt.worker())
          .newCall(
              OracleService.MODEL_INFER,
              CallOptions.DEFAULT.withDeadlineAfter(attempt.timeoutNanos(), TimeUnit.NANOSECONDS));
    } finally {
      Context.ROOT.detach(previous);
    }
  }

  private RawMessage request() {
    RawMessage message = request;
    if (message == null) {
      throw new IllegalStateException("an attempt without a request");
    }
    return message;
  }

  private void end(Status status, Metadata trailers) {
    Exchange opened = exchange();
    opened.ended(Statuses.code(status), String.valueOf(status.getDescription()));
    if (!status.isOk()) {
      tell(trailers, opened, requestId);
    }
    if (!clientGone) {
      client.close(status, trailers);
    }
  }

  /** Adds what the client is told of how its request was answered. */
  private static void tell(Metadata headers, Exchange exchange, String requestId) {
    Decision.Routed decision = exchange.decision();
    if (!decision.variant().name().isEmpty()) {
      headers.put(MeshMetadata.VARIANT, decision.variant().name());
    }
    headers.put(MeshMetadata.SERVED_VERSION, decision.variant().served().toString());
    headers.put(MeshMetadata.REASON, decision.reason().word());
    headers.put(
        MeshMetadata.ROUTE_GENERATION, Long.toUnsignedString(decision.route().generation()));
    headers.put(MeshMetadata.ATTEMPTS, String.valueOf(exchange.attempts()));
    headers.put(MeshMetadata.REQUEST_ID, requestId);
    long pushback = exchange.clientPushbackMillis();
    if (pushback >= 0) {
      headers.put(HeaderRules.PUSHBACK, String.valueOf(pushback));
    }
  }

  private Exchange exchange() {
    Exchange opened = exchange;
    if (opened == null) {
      throw new IllegalStateException("an end without an exchange");
    }
    return opened;
  }

  @Override
  public void onCancel() {
    clientGone = true;
    Exchange opened = exchange;
    if (opened != null) {
      boolean late = clientDeadline != null && clientDeadline.isExpired();
      opened.ended(
          late ? StatusCode.DEADLINE_EXCEEDED : StatusCode.CANCELLED,
          late ? "the client's deadline passed" : "the client cancelled");
    }
    ClientCall<RawMessage, RawMessage> call = upstream;
    if (call != null) {
      call.cancel("the client went away", null);
    }
  }

  /** What comes back from one attempt. Worker's event loop only. */
  private final class Answer extends ClientCall.Listener<RawMessage> {
    private final Attempt attempt;
    private Metadata answerHeaders = new Metadata();
    private @Nullable RawMessage answer;
    private boolean tooMany;

    Answer(Attempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void onHeaders(Metadata received) {
      answerHeaders = received;
    }

    @Override
    public void onMessage(RawMessage message) {
      tooMany = answer != null;
      answer = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      byte[] loadReport = trailers.get(HeaderRules.LOAD_REPORT);
      if (loadReport != null) {
        attempt.lease().loadReport(loadReport);
      }
      RawMessage message = answer;
      if (status.isOk() && message != null && !tooMany) {
        answered(message, trailers);
        return;
      }
      Status failure =
          status.isOk()
              ? Status.INTERNAL.withDescription(
                  "the worker sent " + (tooMany ? "several answers" : "no answer"))
              : status;
      StatusCode code = Statuses.code(failure);
      String text = Statuses.message(failure, attempt.worker().id());
      // a retry goes to another worker: this path does not wait for the one that asks for it
      long pushback = Math.min(0, Pushback.parse(trailers.get(HeaderRules.PUSHBACK)));
      NextStep next =
          exchange().attemptFailed(attempt, code, text, message == null, clientGone, pushback);
      switch (next) {
        case NextStep.Send(var again) -> send(again);
        case NextStep.End(var endCode, var endText) ->
            end(Statuses.status(endCode, endText), HeaderRules.passed(trailers));
        case NextStep.Wait _, NextStep.Pause _, NextStep.Give _ ->
            throw new IllegalStateException(
                "nothing is hedged, paused or stored here, yet " + next);
      }
    }

    private void answered(RawMessage message, Metadata trailers) {
      Exchange opened = exchange();
      opened.attemptAnswered(attempt);
      if (clientGone) {
        return;
      }
      Metadata toClient = HeaderRules.passed(answerHeaders);
      tell(toClient, opened, requestId);
      client.sendHeaders(toClient);
      client.sendMessage(withRoutesName(message));
      end(Status.OK, HeaderRules.passed(trailers));
    }

    private RawMessage withRoutesName(RawMessage message) {
      String route = attempt.decision().route().name();
      return attempt.decision().variant().served().model().equals(route)
          ? message
          : new RawMessage(message.body(), OverrideFields.response(route));
    }
  }
}
