package dev.weir.platform.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.TestClock;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.netty.pkitesting.X509Bundle;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes over loopback, with grpc-java at both ends. */
class GrpcTlsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final TestAuthority STRANGER = new TestAuthority("Strange CA");
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final Resources opened = new Resources();
  private final AtomicReference<@Nullable SSLSession> seenByServer = new AtomicReference<>();
  private final Set<BigInteger> serversSeen = ConcurrentHashMap.newKeySet();

  @AfterEach
  void close() {
    opened.close();
  }

  private final class RememberSession implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      seenByServer.set(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
      return next.startCall(call, headers);
    }
  }

  private final class RememberServer implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<>(listener) {
                @Override
                public void onHeaders(Metadata answer) {
                  SSLSession session = getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                  serversSeen.add(peer(Objects.requireNonNull(session)).getSerialNumber());
                  super.onHeaders(answer);
                }
              },
              headers);
        }
      };
    }
  }

  private static X509Certificate peer(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return (X509Certificate) chain[0];
    } catch (SSLPeerUnverifiedException e) {
      throw new IllegalStateException(e);
    }
  }

  private GrpcServer server(TestAuthority.PemFiles files, ClientCertificates clients) {
    var config = files.listener(clients, INTERVAL);
    ReloadingTls tls = ReloadingTls.server("grpc.tls", config, clock, clock);
    opened.add("server tls", Objects.requireNonNull(tls));
    GrpcServer server =
        GrpcServer.start(
            "test",
            GrpcListenConfig.onLoopback(0),
            tls,
            GrpcServer.Services.of(List.of(new RememberSession())));
    server.setServing("", true);
    return opened.add("server", server);
  }

  private GrpcServer server(ClientCertificates clients) {
    return server(AUTHORITY.write(folder, "server", AUTHORITY.issue(b -> b)), clients);
  }

  private GrpcChannel channel(GrpcServer server, ClientTlsConfig config) {
    ReloadingTls tls = ReloadingTls.client("tls", config, clock, clock);
    opened.add("client tls", Objects.requireNonNull(tls));
    return channel(server, tls);
  }

  private GrpcChannel channel(GrpcServer server, @Nullable ReloadingTls tls) {
    return opened.add(
        "channel",
        GrpcChannel.to(
            new HostAndPort("127.0.0.1", server.port()), tls, List.of(new RememberServer())));
  }

  private ClientTlsConfig trusting(TestAuthority authority) {
    Path cas = folder.resolve("trusted.pem");
    TestAuthority.write(cas, authority.root().getCertificatePEM());
    return new ClientTlsConfig(true, cas, Path.of(""), Path.of(""), "", INTERVAL);
  }

  private ClientTlsConfig showing(TestAuthority authority, X509Bundle bundle) {
    TestAuthority.PemFiles files = authority.write(folder, "client", bundle);
    Path trusted = trusting(AUTHORITY).trustedCas();
    return new ClientTlsConfig(true, trusted, files.certificate(), files.key(), "", INTERVAL);
  }

  private static void call(GrpcChannel channel) {
    // no clock of ours is in grpc-java: a call that hangs must not hang the test
    var unused =
        HealthGrpc.newBlockingStub(channel.channel())
            .withDeadlineAfter(Duration.ofSeconds(20))
            .check(HealthCheckRequest.getDefaultInstance());
  }

  private static void assertRefused(GrpcChannel channel) {
    assertThatThrownBy(() -> call(channel))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void calls_are_encrypted_with_tls_1_3() {
    GrpcServer server = server(ClientCertificates.NONE);
    call(channel(server, trusting(AUTHORITY)));

    assertThat(Objects.requireNonNull(seenByServer.get()).getProtocol()).isEqualTo("TLSv1.3");
  }

  @Test
  void a_plain_client_is_refused() {
    assertRefused(channel(server(ClientCertificates.NONE), (ReloadingTls) null));
  }

  @Test
  void a_server_of_an_authority_that_is_not_trusted_is_refused() {
    assertRefused(channel(server(ClientCertificates.NONE), trusting(STRANGER)));
  }

  @Test
  void a_server_with_another_name_is_refused_unless_that_name_is_expected() {
    X509Bundle elsewhere = AUTHORITY.issueBare(b -> b.addSanDnsName("mesh.internal"));
    GrpcServer server =
        server(AUTHORITY.write(folder, "server", elsewhere), ClientCertificates.NONE);
    ClientTlsConfig config = trusting(AUTHORITY);

    assertRefused(channel(server, config));
    call(
        channel(
            server,
            new ClientTlsConfig(
                true,
                config.trustedCas(),
                config.certificate(),
                config.privateKey(),
                "mesh.internal",
                INTERVAL)));
  }

  @Test
  void a_server_whose_certificate_has_expired_since_is_refused() {
    // it was valid when the server's clock says it started
    X509Bundle brief = AUTHORITY.issue(b -> b.notAfter(clock.now().plusSeconds(3600)));
    GrpcServer server = server(AUTHORITY.write(folder, "server", brief), ClientCertificates.NONE);

    assertRefused(channel(server, trusting(AUTHORITY)));
  }

  @Test
  void a_client_is_known_by_its_certificate() {
    GrpcServer server = server(ClientCertificates.REQUIRED);
    X509Bundle own = AUTHORITY.issueSpiffe("spiffe://mesh/client");
    call(channel(server, showing(AUTHORITY, own)));

    assertThat(peer(Objects.requireNonNull(seenByServer.get()))).isEqualTo(own.getCertificate());
  }

  @Test
  void a_client_without_certificate_is_refused_when_one_is_required() {
    GrpcServer server = server(ClientCertificates.REQUIRED);

    assertRefused(channel(server, trusting(AUTHORITY)));
  }

  @Test
  void a_client_without_certificate_is_let_in_when_it_is_optional() {
    GrpcServer server = server(ClientCertificates.OPTIONAL);
    call(channel(server, trusting(AUTHORITY)));

    SSLSession session = Objects.requireNonNull(seenByServer.get());
    assertThatThrownBy(session::getPeerCertificates).isInstanceOf(SSLPeerUnverifiedException.class);
  }

  @Test
  void a_client_of_an_authority_that_is_not_accepted_is_refused() {
    ClientTlsConfig stranger = showing(STRANGER, STRANGER.issueSpiffe("spiffe://mesh/client"));

    assertRefused(channel(server(ClientCertificates.REQUIRED), stranger));
  }

  @Test
  void where_certificates_are_optional_such_a_client_keeps_its_own_to_itself() {
    // the server names the authorities that it accepts
    ClientTlsConfig stranger = showing(STRANGER, STRANGER.issueSpiffe("spiffe://mesh/client"));
    call(channel(server(ClientCertificates.OPTIONAL), stranger));

    SSLSession session = Objects.requireNonNull(seenByServer.get());
    assertThatThrownBy(session::getPeerCertificates).isInstanceOf(SSLPeerUnverifiedException.class);
  }

  @Test
  void a_client_whose_certificate_has_expired_is_refused() {
    X509Bundle brief = AUTHORITY.issue(b -> b.notAfter(clock.now().plusSeconds(3600)));

    assertRefused(channel(server(ClientCertificates.REQUIRED), showing(AUTHORITY, brief)));
  }

  @Test
  void a_client_whose_authority_was_taken_out_cannot_resume_its_session() {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "server", AUTHORITY.issue(b -> b));
    GrpcServer server = server(files, ClientCertificates.REQUIRED);
    ClientTlsConfig config = showing(AUTHORITY, AUTHORITY.issueSpiffe("spiffe://mesh/client"));
    ReloadingTls tls =
        opened.add(
            "client tls", Objects.requireNonNull(ReloadingTls.client("tls", config, clock, clock)));
    call(channel(server, tls));
    call(channel(server, tls));

    TestAuthority.write(files.cas(), STRANGER.root().getCertificatePEM());
    clock.advance(INTERVAL);

    assertRefused(channel(server, tls));
  }

  @Test
  void a_connection_that_tls_refuses_is_counted_once_and_not_by_calls() {
    GrpcServer server = server(ClientCertificates.NONE);
    ReloadingTls tls =
        Objects.requireNonNull(ReloadingTls.client("tls", trusting(STRANGER), clock, clock));
    opened.add("client tls", tls);
    GrpcChannel channel = channel(server, tls);

    assertRefused(channel); // the back-off after it is a second: these calls fail for the same
    assertRefused(channel);

    assertThat(tls.failures()).isOne();
  }

  @Test
  void a_listener_with_tls_enabled_is_never_served_in_plain_text() {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "server", AUTHORITY.issue(b -> b));
    GrpcListenConfig plain = GrpcListenConfig.onLoopback(0);
    var config =
        new GrpcListenConfig(
            plain.host(),
            0,
            plain.maxMessageBytes(),
            plain.maxMetadataBytes(),
            plain.maxConcurrentCallsPerConnection(),
            plain.minKeepAlive(),
            plain.drainTimeout(),
            new ServerTlsConfig(
                true,
                files.certificate(),
                files.key(),
                ClientCertificates.NONE,
                Path.of(""),
                INTERVAL));

    assertThatThrownBy(() -> GrpcServer.start("test", config, GrpcServer.Services.of(List.of())))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("grpc.tls.enabled: true (expected: false: test is served in plain text only)");
  }

  @Test
  void certificates_change_under_traffic_without_one_failed_call() throws InterruptedException {
    TestAuthority.PemFiles serverFiles = AUTHORITY.write(folder, "server", AUTHORITY.issue(b -> b));
    GrpcServer server = server(serverFiles, ClientCertificates.REQUIRED);
    ClientTlsConfig config = showing(AUTHORITY, AUTHORITY.issueSpiffe("spiffe://mesh/client"));
    ReloadingTls tls =
        opened.add(
            "client tls", Objects.requireNonNull(ReloadingTls.client("tls", config, clock, clock)));
    GrpcChannel held = channel(server, tls);
    call(held);
    var stop = new AtomicBoolean();
    var calls = new AtomicInteger();
    var failures = ConcurrentHashMap.<String>newKeySet();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 3; i++) {
      boolean keepsItsConnection = i == 0;
      threads.add(
          Thread.startVirtualThread(() -> {
            while (!stop.get()) {
              try {
                call(keepsItsConnection ? held : channel(server, tls));
                calls.incrementAndGet();
              } catch (StatusRuntimeException e) {
                failures.add(e.toString());
              }
            }
          }));
    }

    for (int rotation = 0; rotation < 10; rotation++) {
      AUTHORITY.write(folder, "server", AUTHORITY.issue(b -> b));
      AUTHORITY.write(folder, "client", AUTHORITY.issueSpiffe("spiffe://mesh/client"));
      clock.advance(INTERVAL);
      int soFar = calls.get();
      while (calls.get() < soFar + 6 && failures.isEmpty()) {
        Thread.onSpinWait();
      }
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(failures).isEmpty();
    assertThat(serversSeen).hasSizeGreaterThan(8);
  }
}
