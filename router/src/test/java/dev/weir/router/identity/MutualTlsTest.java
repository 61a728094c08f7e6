package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.GrpcListenConfig;
import dev.weir.platform.grpc.GrpcServer;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.TestClock;
import dev.weir.platform.tls.ClientCertificates;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.TestAuthority;
import dev.weir.router.policy.ClientIdentity;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Identities from real handshakes. */
class MutualTlsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Meter METER = MeterProvider.noop().get("test");

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final Resources opened = new Resources();
  private final ClientIdentities identities =
      new ClientIdentities(new IdentityConfig(true, TokenConfig.disabled()), clock, clock, METER);
  private final AtomicReference<Identification> seen =
      new AtomicReference<>(new Identification.Refused("nobody called"));

  @AfterEach
  void close() {
    opened.close();
  }

  private final class Identify implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      seen.set(
          identities
              .ofConnection(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION))
              .of(null));
      return next.startCall(call, headers);
    }
  }

  private Identification callWith(ClientTlsConfig client) {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "server", AUTHORITY.issue(b -> b));
    var config = files.listener(ClientCertificates.OPTIONAL, INTERVAL);
    GrpcServer server =
        opened.add(
            "server",
            GrpcServer.start(
                "test",
                GrpcListenConfig.onLoopback(0),
                ReloadingTls.server("grpc.tls", config, clock, clock),
                GrpcServer.Services.of(List.of(new Identify()))));
    server.setServing("", true);
    GrpcChannel channel =
        opened.add(
            "channel",
            GrpcChannel.to(
                new HostAndPort("127.0.0.1", server.port()),
                ReloadingTls.client("tls", client, clock, clock),
                List.of()));
    var unused =
        HealthGrpc.newBlockingStub(channel.channel())
            .withDeadlineAfter(Duration.ofSeconds(20))
            .check(HealthCheckRequest.getDefaultInstance());
    return Objects.requireNonNull(seen.get());
  }

  @Test
  void a_client_is_known_by_the_spiffe_id_of_its_certificate() {
    TestAuthority.PemFiles files =
        AUTHORITY.write(folder, "client", AUTHORITY.issueSpiffe("spiffe://prod/ns/shop/sa/web"));

    assertThat(
            callWith(
                new ClientTlsConfig(
                    true, files.cas(), files.certificate(), files.key(), "", INTERVAL)))
        .isEqualTo(
            new Identification.Known(
                new ClientIdentity(
                    "spiffe://prod/ns/shop/sa/web", ClientIdentity.Proof.CERTIFICATE)));
  }

  @Test
  void a_client_without_certificate_is_nobody() {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "ca", AUTHORITY.issue(b -> b));
    var showsNone = new ClientTlsConfig(true, files.cas(), Path.of(""), Path.of(""), "", INTERVAL);

    assertThat(callWith(showsNone)).isInstanceOf(Identification.Refused.class);
  }
}
