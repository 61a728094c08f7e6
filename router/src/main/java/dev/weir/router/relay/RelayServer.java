package dev.weir.router.relay;

import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.lifecycle.StartFailure;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.router.exchange.Exchanges;
import dev.weir.router.http2.ServerConnection;
import dev.weir.router.identity.ClientIdentities;
import dev.weir.router.identity.HeaderDenylist;
import dev.weir.router.identity.Identification;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where clients connect. Thread-safe. */
public final class RelayServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RelayServer.class);
  private static final AsciiString MODEL_INFER =
      AsciiString.cached("/" + GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName());
  private static final AsciiString MODEL_STREAM_INFER =
      AsciiString.cached(
          "/" + GRPCInferenceServiceGrpc.getModelStreamInferMethod().getFullMethodName());
  private static final Identification NOBODY = new Identification.Known(null);
  private static final int BACKLOG = 1024;

  /** For last words to be flushed. */
  private static final Duration FAREWELL = Duration.ofSeconds(1);

  private final RelayLoops loops;
  private final GrpcListenConfig config;
  private final @Nullable ReloadingTls tls;
  private final CallContext context;
  private final CallsInFlight calls;
  private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
  private final ClientIdentities identities;
  private final RandomGenerator random;
  private volatile boolean draining;
  private @Nullable Channel listener;

  private RelayServer(
      RelayLoops loops,
      GrpcListenConfig config,
      @Nullable ReloadingTls tls,
      CallContext context,
      ClientIdentities identities,
      RandomGenerator random) {
    this.loops = loops;
    this.config = config;
    this.tls = tls;
    this.context = context;
    this.calls = context.calls();
    this.identities = identities;
    this.random = random;
  }

  /**
   * Binds and serves.
   *
   * @param tls of the listener; null: plain text
   * @param identities who calls
   * @param denied headers that workers do not get
   * @param random spreads the ages at which connections are ended; used by one thread at a time
   * @throws StartFailure when the address cannot be bound
   */
  public static RelayServer start(
      RelayLoops loops,
      GrpcListenConfig config,
      @Nullable ReloadingTls tls,
      Exchanges exchanges,
      InnerServer inner,
      ClientIdentities identities,
      HeaderDenylist denied,
      RandomGenerator random) {
    var context =
        new CallContext(
            exchanges,
            loops.config(),
            config.maxMessageBytes(),
            loops.limits().streamWindow(),
            loops.keepBudget(),
            loops.collectBudget(),
            loops.allocator(),
            inner,
            new CallsInFlight(),
            loops.counters(),
            new HeaderRules(denied));
    var server = new RelayServer(loops, config, tls, context, identities, random);
    server.bind();
    return server;
  }

  private void bind() {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOCATOR, loops.allocator())
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, loops.readRoom())
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WorkerLinks.WATER_MARK)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    var bound = bootstrap.bind(new InetSocketAddress(config.host(), config.port()));
    try {
      listener = bound.sync().channel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StartFailure.portTaken("router grpc", config.host() + ":" + config.port(), e);
    } catch (RuntimeException e) {
      throw StartFailure.portTaken("router grpc", config.host() + ":" + config.port(), e);
    }
  }

  private void accept(Channel channel) {
    if (draining || connections.size() >= loops.limits().maxConnections()) {
      loops.counters().refusedConnection();
      channel.close();
      return;
    }
    if (tls != null) {
      Http2OverTls.add(
          channel,
          tls,
          tls.context().newHandler(channel.alloc()),
          loops.limits().frameTimeout(),
          why -> {});
    }
    RelayLoop loop = loops.of(channel);
    var caller = new Caller(identities);
    var connection =
        new ServerConnection(
            loop.http2(),
            loops.limits(),
            loops.counters(),
            config.maxConcurrentCallsPerConnection(),
            config.maxMetadataBytes(),
            (on, headers) -> listener(loop, on, caller, headers),
            connections::remove);
    connections.add(connection);
    channel.pipeline().addLast(connection);
    channel.eventLoop().schedule(connection::drain, ageNanos(), TimeUnit.NANOSECONDS);
  }

  private long ageNanos() {
    long age = loops.limits().maxConnectionAge().toNanos();
    double spread;
    synchronized (random) {
      spread = random.nextDouble();
    }
    return (long) (age * (0.9 + 0.2 * spread));
  }

  private ServerConnection.NewStream listener(
      RelayLoop loop, ServerConnection connection, Caller caller, Http2Headers headers) {
    CharSequence path = headers.path();
    if (path == null) {
      return refused(loop, "400", "no :path");
    }
    CharSequence method = headers.method();
    if (method == null || !GrpcHeaders.POST.contentEquals(method)) {
      return refused(loop, "405", "gRPC calls are POST requests");
    }
    CharSequence type = headers.get(GrpcHeaders.CONTENT_TYPE);
    if (type == null || !isGrpc(type)) {
      return refused(loop, "415", "content-type: " + type + " (expected: application/grpc)");
    }
    if (MODEL_INFER.contentEquals(path)) {
      Identification who = caller.of(connection, headers);
      return stream -> new InferCall(context, loop, stream, who);
    }
    if (MODEL_STREAM_INFER.contentEquals(path)) {
      Identification who = caller.of(connection, headers);
      return stream -> new StreamInferCall(context, loop, stream, who);
    }
    if (staysOpen(path)) {
      // probes need prove nothing
      return stream ->
          new InnerCall(stream, context.inner().on(loop), null, NOBODY, context.headers());
    }
    Identification who = caller.of(connection, headers);
    CallsInFlight.OfKind counted = calls.of(CallKind.OTHER);
    return stream ->
        new InnerCall(stream, context.inner().on(loop), counted, who, context.headers());
  }

  private ServerConnection.NewStream refused(RelayLoop loop, String httpStatus, String reason) {
    return RefusedCall.of(loop, loops.limits().frameTimeout().toNanos(), httpStatus, reason);
  }

  private static boolean isGrpc(CharSequence type) {
    int length = GrpcHeaders.APPLICATION_GRPC.length();
    return type.length() >= length
        && AsciiString.regionMatches(type, true, 0, GrpcHeaders.APPLICATION_GRPC, 0, length)
        && (type.length() == length || type.charAt(length) == '+' || type.charAt(length) == ';');
  }

  private static boolean staysOpen(CharSequence path) {
    return AsciiString.indexOf(path, '/', 1) > 0
        && (startsWith(path, "/grpc.health.") || startsWith(path, "/grpc.reflection."));
  }

  private static boolean startsWith(CharSequence path, String start) {
    return AsciiString.regionMatches(path, false, 0, start, 0, start.length());
  }

  /** The port bound. */
  public int port() {
    Channel bound = listener;
    return bound == null ? -1 : ((InetSocketAddress) bound.localAddress()).getPort();
  }

  /** Calls that have no status yet, without health checks and reflection. */
  public long callsInFlight() {
    return calls.count();
  }

  /** Those of one kind. */
  public long callsInFlight(CallKind kind) {
    return calls.of(kind).count();
  }

  /**
   * Takes no new connections, asks clients to go elsewhere, and waits for the calls in flight, at
   * most the configured time. Idempotent.
   */
  public void drain() {
    draining = true;
    Channel bound = listener;
    if (bound != null) {
      bound.close();
    }
    for (ServerConnection connection : connections) {
      connection.loop().loop().execute(connection::drain);
    }
    try {
      if (!calls.awaitNone(config.drainTimeout())) {
        LOG.atWarn()
            .addKeyValue("calls", calls.count())
            .addKeyValue("drain_timeout", config.drainTimeout())
            .log("calls are cut off, they did not end in time");
      }
      // what was said last is flushed before what a loop is asked to do now
      var flushed = new CountDownLatch(loops.size());
      loops.each(loop -> flushed.countDown());
      flushed.await(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    draining = true;
    Channel bound = listener;
    if (bound != null) {
      bound.close();
    }
    for (ServerConnection connection : connections) {
      connection.loop().loop().execute(connection::closeNow);
    }
  }
}
