package dev.weir.router.dataplane;

import dev.weir.router.exchange.Attempt;
import dev.weir.router.exchange.Outstanding;
import dev.weir.router.exchange.StreamMessage;
import dev.weir.router.relay.WorkerLink;
import dev.weir.router.wire.OverrideFields;
import dev.weir.router.wire.StatusCode;
import dev.weir.router.wire.StreamResponsePeek;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The part of a client's stream that goes to one worker for one variant. All methods and callbacks
 * run in the stream's synchronization context.
 */
final class StreamLeg {
  /** What a leg tells its stream. */
  interface Owner {
    /** An answer for the client. */
    void answered(StreamLeg leg, RawMessage message);

    /** The leg takes messages again. */
    void ready(StreamLeg leg);

    /** The leg is over. */
    void closed(StreamLeg leg, Status status);
  }

  private final Attempt attempt;
  private final Owner owner;
  private final SynchronizationContext sync;
  private final ClientCall<RawMessage, RawMessage> call;
  private final byte[] override;
  private final byte[] namesRoute;
  private final Outstanding outstanding = new Outstanding();
  private boolean halfClosed;
  private boolean paused;

  StreamLeg(
      Attempt attempt, Owner owner, SynchronizationContext sync, @Nullable Deadline deadline) {
    this.attempt = attempt;
    this.owner = owner;
    this.sync = sync;
    var served = attempt.decision().variant().served();
    String route = attempt.decision().route().name();
    this.override = OverrideFields.request(served.model(), served.version());
    this.namesRoute =
        served.model().equals(route) ? new byte[0] : OverrideFields.streamResponse(route);
    this.call = newCall(attempt, deadline);
  }

  private static ClientCall<RawMessage, RawMessage> newCall(
      Attempt attempt, @Nullable Deadline deadline) {
    CallOptions options =
        deadline == null
            ? CallOptions.DEFAULT
            : CallOptions.DEFAULT.withDeadlineAfter(
                deadline.timeRemaining(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
    Context previous = Context.ROOT.attach();
    try {
      return WorkerLink.channelOf(attempt.worker()).newCall(RawMethods.MODEL_STREAM_INFER, options);
    } finally {
      Context.ROOT.detach(previous);
    }
  }

  void start(Metadata headers) {
    call.start(new Answers(), headers);
    call.request(1);
  }

  Attempt attempt() {
    return attempt;
  }

  boolean isReady() {
    return call.isReady();
  }

  void send(byte[] body, String id, StreamMessage message) {
    outstanding.add(id, message);
    call.sendMessage(new RawMessage(body, override));
  }

  void halfClose() {
    if (!halfClosed) {
      halfClosed = true;
      call.halfClose();
    }
  }

  boolean isHalfClosed() {
    return halfClosed;
  }

  /** Asks for no further answer until {@link #resume}. */
  void pause() {
    paused = true;
  }

  void resume() {
    if (paused) {
      paused = false;
      call.request(1);
    }
  }

  void next() {
    call.request(1);
  }

  void cancel(String why) {
    call.cancel(why, null);
  }

  /** Ends the messages that have no answer; returns their ids. */
  List<String> endOutstanding(StatusCode code) {
    return outstanding.endAll(code);
  }

  private final class Answers extends ClientCall.Listener<RawMessage> {
    @Override
    public void onMessage(RawMessage message) {
      sync.execute(() -> {
        StreamResponsePeek peek = StreamResponsePeek.of(message.body());
        outstanding.answered(peek.id(), peek.isError() ? StatusCode.UNKNOWN : StatusCode.OK);
        owner.answered(
            StreamLeg.this,
            peek.hasResponse() ? new RawMessage(message.body(), namesRoute) : message);
      });
    }

    @Override
    public void onReady() {
      sync.execute(() -> owner.ready(StreamLeg.this));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      sync.execute(() -> owner.closed(StreamLeg.this, status));
    }
  }
}
