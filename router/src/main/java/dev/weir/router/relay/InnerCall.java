package dev.weir.router.relay;

import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.StreamListener;
import dev.weir.router.identity.Identification;
import dev.weir.router.wire.StatusCode;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that is not inference, passed on to the server inside this process as it is. Loop thread
 * only.
 */
final class InnerCall implements StreamListener, LoopLink.Waiter {
  private final Http2Stream client;
  private final LoopLink link;
  private final CallsInFlight.@Nullable OfKind calls;
  private final Identification caller;
  private final HeaderRules rules;
  private final Answers answers = new Answers();
  private @Nullable Http2Stream inner;
  private @Nullable Http2Headers headers;
  private boolean headersEnd;
  private boolean over;
  private boolean answerBegun;
  private final List<Held> held = new ArrayList<>(1);

  private record Held(ByteBuf bytes, boolean end) {}

  /**
   * @param calls counts it; null: it is one that stays open as long as its client likes
   */
  InnerCall(
      Http2Stream client,
      LoopLink link,
      CallsInFlight.@Nullable OfKind calls,
      Identification caller,
      HeaderRules rules) {
    this.client = client;
    this.link = link;
    this.calls = calls;
    this.caller = caller;
    this.rules = rules;
    if (calls != null) {
      calls.started();
    }
  }

  private void over() {
    if (!over) {
      over = true;
      if (calls != null) {
        calls.ended();
      }
    }
  }

  @Override
  public void onHeaders(Http2Stream stream, Http2Headers received, boolean end) {
    if (over) {
      return;
    }
    Http2Stream to = inner;
    if (headers == null && caller instanceof Identification.Refused(var code, var why)) {
      respond(code, why);
    } else if (headers == null) {
      rules.stripDenied(received);
      InnerIdentity.tell(received, caller);
      headers = received;
      headersEnd = end;
      link.open(this);
    } else if (to != null) {
      to.sendHeaders(received, end);
    } else {
      headersEnd = end;
    }
  }

  @Override
  public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
    Http2Stream to = inner;
    if (over) {
      stream.credit(length);
    } else if (to != null) {
      to.sendData(in, in.readerIndex(), length, headroom, client, length, end);
    } else {
      // at most a window's worth: it is not credited
      held.add(new Held(in.retainedSlice(in.readerIndex(), length), end));
    }
  }

  @Override
  public StreamListener listener() {
    return answers;
  }

  @Override
  public void opened(Http2Stream stream) {
    inner = stream;
    Http2Headers first = headers;
    if (first == null) {
      return;
    }
    stream.sendHeaders(first, headersEnd && held.isEmpty());
    for (Held each : held) {
      int length = each.bytes().readableBytes();
      stream.sendData(
          each.bytes(), each.bytes().readerIndex(), length, false, client, length, each.end());
      each.bytes().release();
    }
    held.clear();
  }

  @Override
  public void failed(String why) {
    if (!over) {
      respond(StatusCode.UNAVAILABLE, "the router's own services: " + why);
    }
  }

  @Override
  public boolean isGone() {
    return over;
  }

  @Override
  public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
    end();
  }

  private void respond(StatusCode code, String text) {
    var answer = new DefaultHttp2Headers(false);
    GrpcHeaders.beginAnswer(answer);
    GrpcHeaders.setStatus(answer, code, text);
    client.sendHeaders(answer, true);
    end();
  }

  /** Drops what is held and ends the inner stream. */
  private void end() {
    over();
    for (Held each : held) {
      client.credit(each.bytes().readableBytes());
      each.bytes().release();
    }
    held.clear();
    Http2Stream to = inner;
    if (to != null && !to.isClosed()) {
      to.reset(Http2Error.CANCEL);
    }
  }

  private final class Answers implements StreamListener {
    @Override
    public void onHeaders(Http2Stream stream, Http2Headers received, boolean end) {
      answerBegun = true;
      client.sendHeaders(received, end);
      if (end) {
        ended();
      }
    }

    @Override
    public void onData(Http2Stream stream, ByteBuf in, int length, boolean headroom, boolean end) {
      client.sendData(in, in.readerIndex(), length, headroom, stream, length, end);
      if (end) {
        ended();
      }
    }

    private void ended() {
      over();
      if (!client.isRemoteEnded() && client.queuedBytes() == 0) {
        client.reset(Http2Error.NO_ERROR);
      }
    }

    @Override
    public void onClosed(Http2Stream stream, CloseReason reason, long errorCode, String why) {
      if (over) {
        return;
      }
      if (!answerBegun) {
        respond(
            reason == CloseReason.RESET ? GrpcHeaders.ofReset(errorCode) : StatusCode.UNAVAILABLE,
            "the router's own services: " + why);
      } else {
        over();
        Http2Error error = Http2Error.valueOf(errorCode);
        client.reset(
            reason == CloseReason.RESET && error != null ? error : Http2Error.INTERNAL_ERROR);
      }
    }
  }
}
