package dev.weir.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.platform.tls.ClientCertificates;
import dev.weir.platform.tls.TestAuthority;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ModelConfigRequest;
import dev.weir.proto.inference.ModelMetadataRequest;
import dev.weir.proto.inference.ModelReadyRequest;
import dev.weir.proto.inference.ModelStatisticsRequest;
import dev.weir.proto.inference.RepositoryIndexRequest;
import dev.weir.proto.inference.ServerMetadataRequest;
import dev.weir.proto.route.v1.Access;
import dev.weir.proto.route.v1.Route;
import dev.weir.router.identity.IdentityConfig;
import dev.weir.router.identity.TokenConfig;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.assertj.core.api.ThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Encrypted client connections, and what their certificates allow. */
@Timeout(60)
class RelayTlsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final TestAuthority STRANGER = new TestAuthority("Other CA");
  private static final String SHOP = "spiffe://prod/shop";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> CALLER =
      Metadata.Key.of("weir-caller", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path folder;
  private @Nullable Mesh running;
  private ClientCertificates clientCertificates = ClientCertificates.OPTIONAL;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
  }

  private Mesh mesh() throws IOException {
    Mesh known = running;
    if (known != null) {
      return known;
    }
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "server", AUTHORITY.issue(b -> b));
    var listener = files.listener(clientCertificates, Duration.ofMillis(100));
    RunningRouter.Security none = RunningRouter.Security.none();
    var security =
        new RunningRouter.Security(
            listener,
            new IdentityConfig(true, TokenConfig.disabled()),
            showing(AUTHORITY.issueSpiffe(SHOP)),
            none.tls(),
            none.worker());
    Route shops =
        Snapshots.single("fraud", "1").toBuilder()
            .setAccess(Access.newBuilder().addMayCall(SHOP))
            .build();
    Mesh started = new Mesh(security, folder.resolve("data"), Snapshots.of(1, shops), "fraud/1");
    running = started;
    return started;
  }

  private ChannelCredentials showing(X509Bundle certificate) throws IOException {
    TestAuthority.PemFiles own = AUTHORITY.write(folder, "client", certificate);
    return TlsChannelCredentials.newBuilder()
        .trustManager(own.cas().toFile())
        .keyManager(own.certificate().toFile(), own.key().toFile())
        .build();
  }

  private ChannelCredentials trusting(TestAuthority authority) throws IOException {
    Path cas = authority.write(folder, "trust", authority.issue(b -> b)).cas();
    return TlsChannelCredentials.newBuilder().trustManager(cas.toFile()).build();
  }

  private ManagedChannel channel(ChannelCredentials credentials) throws IOException {
    return NettyChannelBuilder.forAddress(
            "127.0.0.1", mesh().router.listening.grpcPort(), credentials)
        .build();
  }

  private Status call(ChannelCredentials credentials, boolean infers) throws IOException {
    ManagedChannel channel = channel(credentials);
    try {
      var client =
          GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
      if (infers) {
        client.modelInfer(RunningRouter.request("fraud"));
      } else {
        client.serverMetadata(ServerMetadataRequest.getDefaultInstance());
      }
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  private Status.Code infer(ChannelCredentials credentials) throws IOException {
    return call(credentials, true).getCode();
  }

  @Test
  void callersOfTheRouteAreServedAndTheirCredentialsStayHere() throws IOException {
    var metadata = new Metadata();
    metadata.put(AUTHORIZATION, "Bearer secret");
    metadata.put(CALLER, "CERTIFICATE.Zm9yZ2Vk");

    mesh().infer(RunningRouter.request("fraud"), metadata);

    Metadata seen = mesh().worker(1).seen.getLast().headers();
    assertThat(seen.containsKey(AUTHORIZATION)).isFalse();
    assertThat(seen.containsKey(CALLER)).isFalse();
  }

  @Test
  void anotherIdentityIsDenied() throws IOException {
    assertThat(infer(showing(AUTHORITY.issueSpiffe("spiffe://prod/other"))))
        .isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(mesh().worker(1).seen).isEmpty();
  }

  @Test
  void whoMayNotCallAModelLearnsNothingOfIt() throws IOException {
    ManagedChannel other = channel(showing(AUTHORITY.issueSpiffe("spiffe://prod/other")));
    ManagedChannel shop = channel(showing(AUTHORITY.issueSpiffe(SHOP)));
    try {
      var denied = GRPCInferenceServiceGrpc.newBlockingStub(other);
      var served = GRPCInferenceServiceGrpc.newBlockingStub(shop);
      var ready = ModelReadyRequest.newBuilder().setName("fraud").build();
      var metadata = ModelMetadataRequest.newBuilder().setName("fraud").build();
      var config = ModelConfigRequest.newBuilder().setName("fraud").build();
      var statistics = ModelStatisticsRequest.newBuilder().setName("fraud").build();

      assertThat(served.modelReady(ready).getReady()).isTrue();
      assertThat(served.modelMetadata(metadata).getName()).isEqualTo("fraud");
      assertThat(index(served)).isEqualTo(1);
      assertDenied(() -> denied.modelReady(ready));
      assertDenied(() -> denied.modelMetadata(metadata));
      assertDenied(() -> denied.modelConfig(config));
      assertDenied(() -> denied.modelStatistics(statistics));
      assertThat(index(denied)).isZero();
      assertThat(
              denied
                  .modelStatistics(ModelStatisticsRequest.getDefaultInstance())
                  .getModelStatsCount())
          .isZero();
    } finally {
      other.shutdownNow();
      shop.shutdownNow();
    }
  }

  private static int index(GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub client) {
    return client.repositoryIndex(RepositoryIndexRequest.getDefaultInstance()).getModelsCount();
  }

  private static void assertDenied(ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
  }

  @Test
  void nobodyIsRefusedForInferenceAndMetadataAlike() throws IOException {
    for (boolean infers : new boolean[] {true, false}) {
      Status status = call(trusting(AUTHORITY), infers);
      assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(status.getDescription())
          .contains("caller: unknown (expected: a client certificate that names it)");
    }
  }

  @Test
  void clientsWithAnotherAuthorityDoNotConnect() throws IOException {
    assertThat(infer(trusting(STRANGER))).isEqualTo(Status.Code.UNAVAILABLE);
    mesh().router.awaitMetric("weir_tls_failures_total", "what=\"grpc.tls\"", 1);
  }

  @Test
  void whereCertificatesAreRequiredThoseWithoutAGoodOneAreCountedAndGetNothing()
      throws IOException {
    clientCertificates = ClientCertificates.REQUIRED;
    assertThat(infer(showing(AUTHORITY.issueSpiffe(SHOP)))).isEqualTo(Status.Code.OK);

    assertThat(infer(trusting(AUTHORITY))).isEqualTo(Status.Code.UNAVAILABLE);
    mesh().router.awaitMetric("weir_tls_failures_total", "what=\"grpc.tls\"", 1);
    assertThat(infer(showing(AUTHORITY.issueExpired()))).isEqualTo(Status.Code.UNAVAILABLE);
    mesh().router.awaitMetric("weir_tls_failures_total", "what=\"grpc.tls\"", 2);
    assertThat(infer(showing(STRANGER.issueSpiffe(SHOP)))).isEqualTo(Status.Code.UNAVAILABLE);
    mesh().router.awaitMetric("weir_tls_failures_total", "what=\"grpc.tls\"", 3);
    assertThat(infer(InsecureChannelCredentials.create())).isEqualTo(Status.Code.UNAVAILABLE);
    mesh().router.awaitMetric("weir_tls_failures_total", "what=\"grpc.tls\"", 4);
    assertThat(mesh().worker(1).seen).hasSize(1);
  }

  @Test
  void certificatesChangeWhileCallsRun() throws Exception {
    mesh();
    BigInteger first = serial();
    X509Bundle second = AUTHORITY.issue(b -> b);
    AUTHORITY.write(folder, "server", second);
    var held = channel(showing(AUTHORITY.issueSpiffe(SHOP)));
    try {
      var client = GRPCInferenceServiceGrpc.newBlockingStub(held);
      int before = mesh().worker(1).seen.size();

      await()
          .atMost(Duration.ofSeconds(20))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> {
            var unused = client.modelInfer(RunningRouter.request("fraud"));
            return !serial().equals(first);
          });

      assertThat(serial()).isEqualTo(second.getCertificate().getSerialNumber());
      assertThat(mesh().worker(1).seen.size()).isGreaterThan(before);
    } finally {
      held.shutdownNow();
    }
  }

  @Test
  void aClientWithoutHttp2InItsHandshakeIsClosed() throws Exception {
    mesh();
    try (SSLSocket none = connect(new String[0])) {
      none.setSoTimeout(20_000);
      assertThat(none.getInputStream().read()).isEqualTo(-1);
    }
    mesh().router.awaitMetric("weir_tls_failures_total", "what=\"grpc.tls\"", 1);
  }

  /** Serial number of the certificate that a new connection is shown. */
  private BigInteger serial() throws Exception {
    try (SSLSocket socket = connect(new String[] {"h2"})) {
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  /** A connection after its handshake. */
  private SSLSocket connect(String[] protocols) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("root", AUTHORITY.root().getCertificate());
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    int port = mesh().router.listening.grpcPort();
    var socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(new Socket("127.0.0.1", port), "127.0.0.1", port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }
}
