package dev.weir.router.relay;

import dev.weir.router.http2.ClientConnection;
import dev.weir.router.http2.Http2Counters;
import dev.weir.router.http2.Http2Limits;
import dev.weir.router.http2.Http2Stream;
import dev.weir.router.http2.StreamListener;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's connections to one worker: opened when they are needed, one more when those that
 * there are have all the streams that the worker allows, given up one by one when the worker says
 * GOAWAY. Loop thread only.
 *
 * <p>While a connection is being made, calls wait, boundedly. When it cannot be made all of them
 * fail at once, so that each can go to another worker; the next call tries anew.
 */
final class LoopLink implements ClientConnection.Owner {
  /** Where a link goes. */
  interface Target {
    /** A bootstrap with address and options; the handler is the link's. */
    Bootstrap bootstrap(RelayLoop loop);

    /**
     * What comes before HTTP/2 in the pipeline: TLS, or nothing.
     *
     * @param onFailure told on the loop why TLS ends the connection
     */
    void secure(Channel channel, Consumer<String> onFailure);

    /** Largest header list taken, bytes. */
    int maxMetadataBytes();
  }

  /** A call that wants a stream. */
  interface Waiter {
    /** Who listens to its stream. */
    StreamListener listener();

    /** It has one. */
    void opened(Http2Stream stream);

    /** It gets none. */
    void failed(String why);

    /** Whether it does not want one any more. */
    boolean isGone();
  }

  private final RelayLoop loop;
  private final Target target;
  private final RelayConfig config;
  private final Http2Limits limits;
  private final Http2Counters counters;
  private final List<ClientConnection> connections = new ArrayList<>(2);
  private final Deque<Waiter> waiting = new ArrayDeque<>();
  private @Nullable ClientConnection connecting;
  private boolean closed;

  LoopLink(
      RelayLoop loop,
      Target target,
      RelayConfig config,
      Http2Limits limits,
      Http2Counters counters) {
    this.loop = loop;
    this.target = target;
    this.config = config;
    this.limits = limits;
    this.counters = counters;
  }

  /** Gives the waiter a stream, now or later, or tells it that there is none. */
  void open(Waiter waiter) {
    for (int i = 0; i < connections.size(); i++) {
      ClientConnection connection = connections.get(i);
      if (connection.canOpen()) {
        waiter.opened(connection.open(waiter.listener()));
        return;
      }
    }
    if (closed) {
      waiter.failed("the worker is not known any more");
    } else if (waiting.size() >= config.maxCallsWaiting()) {
      waiter.failed("too many calls wait for a connection");
    } else {
      waiting.addLast(waiter);
      connectIfNeeded();
    }
  }

  void wakeUp() {
    if (connections.isEmpty()) {
      connectIfNeeded();
    }
  }

  private void connectIfNeeded() {
    if (connecting != null || closed || connections.size() >= config.connectionsPerWorker()) {
      return;
    }
    var connection =
        new ClientConnection(loop.http2(), limits, counters, target.maxMetadataBytes(), this);
    connecting = connection;
    Bootstrap bootstrap = target.bootstrap(loop);
    bootstrap.handler(
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            target.secure(channel, why -> notConnected(connection, why));
            channel.pipeline().addLast(connection);
          }
        });
    bootstrap
        .connect()
        .addListener(done -> {
          if (!done.isSuccess()) {
            Throwable cause = done.cause();
            notConnected(
                connection, cause == null ? "no reason" : String.valueOf(cause.getMessage()));
          }
        });
  }

  private void notConnected(ClientConnection connection, String why) {
    if (connecting == connection) {
      connecting = null;
      failWaiting("cannot be reached: " + why);
    }
  }

  private void failWaiting(String why) {
    int count = waiting.size();
    for (int i = 0; i < count; i++) {
      Waiter waiter = waiting.pollFirst();
      if (waiter != null && !waiter.isGone()) {
        waiter.failed(why);
      }
    }
  }

  @Override
  public void usable(ClientConnection connection) {
    if (connecting == connection) {
      connecting = null;
      connections.add(connection);
    }
    if (closed) {
      connection.leave("closed");
      return;
    }
    while (connection.canOpen()) {
      Waiter waiter = waiting.pollFirst();
      if (waiter == null) {
        return;
      }
      if (!waiter.isGone()) {
        waiter.opened(connection.open(waiter.listener()));
      }
    }
    if (!waiting.isEmpty()) {
      connectIfNeeded();
    }
  }

  @Override
  public void leaving(ClientConnection connection, String why) {
    connections.remove(connection);
    if (connecting == connection) {
      notConnected(connection, why);
    } else if (!waiting.isEmpty()) {
      connectIfNeeded();
    }
  }

  /** Takes no new calls; those in flight finish. Idempotent. */
  void close() {
    closed = true;
    for (ClientConnection connection : List.copyOf(connections)) {
      connection.leave("the worker is not known any more");
    }
    failWaiting("the worker is not known any more");
  }
}
