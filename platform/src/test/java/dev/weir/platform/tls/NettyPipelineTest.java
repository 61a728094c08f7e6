package dev.weir.platform.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.time.TestClock;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contexts as the first handlers of pipelines without grpc-java. */
class NettyPipelineTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final CompletableFuture<SslHandler> atServer = new CompletableFuture<>();
  private @Nullable ReloadingTls server;
  private @Nullable ReloadingTls client;

  @BeforeEach
  void open() {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "both", AUTHORITY.issue(b -> b));
    server =
        ReloadingTls.server(
            "grpc.tls", files.listener(ClientCertificates.REQUIRED, INTERVAL), clock, clock);
    client =
        ReloadingTls.client(
            "tls",
            new ClientTlsConfig(true, files.cas(), files.certificate(), files.key(), "", INTERVAL),
            clock,
            clock);
  }

  @AfterEach
  void close() throws InterruptedException {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  /** The client's handler, its handshake over, well or not. */
  private SslHandler connect(SslContext context) throws InterruptedException {
    SslContext serverContext = Objects.requireNonNull(server).context();
    Channel listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    SslHandler handler = serverContext.newHandler(channel.alloc());
                    channel.pipeline().addLast(handler);
                    handler.handshakeFuture().addListener(_ -> atServer.complete(handler));
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    int port = ((InetSocketAddress) listener.localAddress()).getPort();
    var atClient = new CompletableFuture<SslHandler>();
    new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                SslHandler handler = context.newHandler(channel.alloc(), "127.0.0.1", port);
                channel.pipeline().addLast(handler);
                handler.handshakeFuture().addListener(_ -> atClient.complete(handler));
              }
            })
        .connect("127.0.0.1", port)
        .sync();
    return atClient.join();
  }

  private SslContext clientOffering(String... protocols) throws SSLException {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "client", AUTHORITY.issue(b -> b));
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .trustManager(files.cas().toFile())
            .keyManager(files.certificate().toFile(), files.key().toFile());
    if (protocols.length > 0) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              ApplicationProtocolConfig.Protocol.ALPN,
              ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
              ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
              protocols));
    }
    return builder.build();
  }

  @Test
  void both_ends_agree_on_h2_and_know_each_other() throws Exception {
    SslHandler atClient = connect(Objects.requireNonNull(client).context());

    assertThat(atClient.handshakeFuture().isSuccess()).isTrue();
    assertThat(atClient.applicationProtocol()).isEqualTo("h2");
    assertThat(atServer.join().applicationProtocol()).isEqualTo("h2");
    assertThat(atServer.join().engine().getSession().getPeerCertificates()).hasSize(1);
  }

  @Test
  void a_client_that_offers_only_http_1_is_refused_in_the_handshake() throws Exception {
    connect(clientOffering("http/1.1"));

    assertThat(atServer.join().handshakeFuture().isSuccess()).isFalse();
  }

  @Test
  void a_client_that_offers_nothing_has_no_protocol() throws Exception {
    connect(clientOffering());

    assertThat(atServer.join().handshakeFuture().isSuccess()).isTrue();
    assertThat(atServer.join().applicationProtocol()).isNull();
  }
}
