package dev.weir.router.dataplane;

import dev.weir.platform.grpc.MeshMetadata;
import dev.weir.proto.inference.ModelInferResponse;
import dev.weir.proto.inference.ModelStreamInferResponse;
import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Exchanges;
import dev.weir.router.exchange.StreamExchange;
import dev.weir.router.policy.Cohort;
import dev.weir.router.policy.Decision;
import dev.weir.router.wire.MalformedRequestException;
import dev.weir.router.wire.RequestPeek;
import dev.weir.router.wire.StatusCode;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@code ModelStreamInfer} on its way through. Each message is decided for by itself (a
 * sequence by its first message), goes to the leg of its variant, and all legs' answers go to the
 * client as they come. One leg per variant, opened with its first message, so that messages of one
 * variant stay in order.
 *
 * <p>Pauses, and what ends them:
 *
 * <ol>
 *   <li>the worker's connection is full: the client is not asked for its next message until the leg
 *       that got the last one is ready;
 *   <li>the client's connection is full: a leg that has just answered is not asked for its next
 *       answer, and a client whose message was answered here (an error) is not asked for its next
 *       message, until the client is ready.
 * </ol>
 *
 * <p>When a worker is lost, each of its messages without an answer gets an error in the stream, and
 * the stream goes on with another worker; a client that asked for gRPC errors (metadata {@code
 * triton_grpc_error: true}) gets UNAVAILABLE instead. Any other status that a worker ends its leg
 * with ends the client's stream.
 *
 * <p>All state belongs to the synchronization context; callbacks only hand over to it.
 */
final class StreamCall extends ServerCall.Listener<RawMessage> implements StreamLeg.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(StreamCall.class);
  private static final Metadata.Key<String> GRPC_ERRORS = HeaderRules.key("triton_grpc_error");

  private final ServerCall<RawMessage, RawMessage> client;
  private final Metadata headers;
  private final StreamExchange exchange;
  private final @Nullable Deadline deadline;
  private final boolean wantsGrpcErrors;
  private final SynchronizationContext sync = new SynchronizationContext(this::failed);
  private final Map<Cohort, StreamLeg> current = new HashMap<>();
  private final Set<StreamLeg> open = new HashSet<>();
  private @Nullable StreamLeg waitingFor;
  private boolean waitingForClient;
  private boolean headersSent;
  private boolean halfClosed;
  private boolean over;

  StreamCall(ServerCall<RawMessage, RawMessage> client, Metadata headers, Exchanges exchanges) {
    this.client = client;
    this.headers = headers;
    this.exchange = exchanges.openStream(headers.get(MeshMetadata.TRACEPARENT));
    this.deadline = Context.current().getDeadline();
    this.wantsGrpcErrors = "true".equals(headers.get(GRPC_ERRORS));
    client.request(1);
  }

  private void failed(Thread thread, Throwable problem) {
    LOG.error("stream failed", problem);
    end(Status.INTERNAL.withDescription("the router failed; details in its log"));
  }

  @Override
  public void onMessage(RawMessage message) {
    sync.execute(() -> {
      if (!over) {
        take(message.body());
      }
    });
  }

  private void take(byte[] body) {
    RequestPeek peek;
    try {
      peek = RequestPeek.of(body);
    } catch (MalformedRequestException e) {
      refuse("", new Decision.Refused(StatusCode.INVALID_ARGUMENT, String.valueOf(e.getMessage())));
      return;
    }
    var facts = new MessageFacts(peek, headers);
    switch (exchange.decide(facts)) {
      case Decision.Refused refused -> refuse(peek.id(), refused);
      case Decision.Routed routed -> {
        Optional<StreamLeg> leg = leg(routed);
        if (leg.isEmpty()) {
          refuse(peek.id(), exchange.noWorker(routed));
        } else {
          send(leg.get(), body, peek.id());
        }
      }
    }
  }

  private void send(StreamLeg leg, byte[] body, String id) {
    leg.send(body, id, exchange.started(leg.attempt().decision()));
    if (leg.isReady()) {
      client.request(1);
    } else {
      waitingFor = leg;
    }
  }

  /** The leg that a decision's messages go to now. */
  private Optional<StreamLeg> leg(Decision.Routed decision) {
    Cohort key = decision.variant().plain();
    StreamLeg there = current.get(key);
    boolean leaving = there != null && StreamExchange.isLeaving(there.attempt().worker());
    if (there != null && !(leaving && exchange.hasReady(decision))) {
      return Optional.of(there);
    }
    Optional<Attempt> attempt = exchange.open(decision);
    if (attempt.isEmpty()) {
      return Optional.empty();
    }
    if (there != null) {
      there.halfClose();
    }
    var leg = new StreamLeg(attempt.get(), this, sync, deadline);
    current.put(key, leg);
    open.add(leg);
    leg.start(HeaderRules.toWorker(headers, attempt.get()));
    return Optional.of(leg);
  }

  private void refuse(String id, Decision.Refused refusal) {
    exchange.refused(refusal.code());
    if (wantsGrpcErrors) {
      end(Statuses.status(refusal.code(), refusal.message()));
      return;
    }
    sendError(id, refusal.message());
    if (client.isReady()) {
      client.request(1);
    } else {
      waitingForClient = true;
    }
  }

  private void sendError(String id, String message) {
    sendToClient(
        RawMessage.of(
            ModelStreamInferResponse.newBuilder()
                .setErrorMessage(message)
                .setInferResponse(ModelInferResponse.newBuilder().setId(id))
                .build()
                .toByteArray()));
  }

  private void sendToClient(RawMessage message) {
    if (!headersSent) {
      headersSent = true;
      client.sendHeaders(new Metadata());
    }
    client.sendMessage(message);
  }

  @Override
  public void onHalfClose() {
    sync.execute(() -> {
      halfClosed = true;
      open.forEach(StreamLeg::halfClose);
      endWhenDone();
    });
  }

  @Override
  public void onCancel() {
    sync.execute(() -> {
      boolean late = deadline != null && deadline.isExpired();
      over(
          late ? StatusCode.DEADLINE_EXCEEDED : StatusCode.CANCELLED,
          late ? "the client's deadline passed" : "the client cancelled");
    });
  }

  @Override
  public void onReady() {
    sync.execute(() -> {
      open.forEach(StreamLeg::resume);
      if (waitingForClient) {
        waitingForClient = false;
        client.request(1);
      }
    });
  }

  @Override
  public void answered(StreamLeg leg, RawMessage message) {
    if (over) {
      return;
    }
    sendToClient(message);
    if (client.isReady()) {
      leg.next();
    } else {
      leg.pause();
    }
  }

  @Override
  public void ready(StreamLeg leg) {
    if (waitingFor == leg && !over) {
      waitingFor = null;
      client.request(1);
    }
  }

  @Override
  public void closed(StreamLeg leg, Status status) {
    open.remove(leg);
    current.values().remove(leg);
    StatusCode code = Statuses.code(status);
    String text = Statuses.message(status, leg.attempt().worker().id());
    exchange.attemptEnded(leg.attempt(), code, text, over);
    if (over) {
      return;
    }
    boolean lost =
        code == StatusCode.UNAVAILABLE
            || code == StatusCode.CANCELLED
            || status.isOk() && !leg.isHalfClosed();
    if (!status.isOk() && !lost) {
      leg.endOutstanding(code);
      end(Statuses.status(code, text));
      return;
    }
    // a leg that was asked to end and did has answered what its model answers
    var unanswered = leg.endOutstanding(lost ? StatusCode.UNAVAILABLE : StatusCode.OK);
    if (lost && !unanswered.isEmpty()) {
      if (wantsGrpcErrors) {
        end(Status.UNAVAILABLE.withDescription(text));
        return;
      }
      unanswered.forEach(id -> sendError(id, text));
    }
    ready(leg);
    endWhenDone();
  }

  private void endWhenDone() {
    if (halfClosed && open.isEmpty() && !over) {
      end(Status.OK);
    }
  }

  private void end(Status status) {
    if (over) {
      return;
    }
    over(Statuses.code(status), String.valueOf(status.getDescription()));
    if (!headersSent && status.isOk()) {
      headersSent = true;
      client.sendHeaders(new Metadata());
    }
    client.close(status, new Metadata());
  }

  /** Nothing is sent to the client any more. */
  private void over(StatusCode code, String why) {
    if (over) {
      return;
    }
    over = true;
    for (StreamLeg leg : Set.copyOf(open)) {
      leg.endOutstanding(code == StatusCode.OK ? StatusCode.UNAVAILABLE : code);
      leg.cancel(why);
    }
    exchange.ended(code, why);
  }
}
