package dev.weir.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.platform.time.TestClock;
import dev.weir.platform.tls.ClientTlsConfig;
import dev.weir.platform.tls.ReloadingTls;
import dev.weir.platform.tls.TestAuthority;
import dev.weir.proto.inference.GRPCInferenceServiceGrpc;
import dev.weir.proto.inference.ServerLiveRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole worker whose listener is encrypted and asks routers for their certificates. */
class WorkerTlsIT {
  private static final Pattern ADDRESS = Pattern.compile("grpc=(\\S+)");
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private final FakeRegistry registry = new FakeRegistry(0);
  private final FakeMonitor monitor = new FakeMonitor();
  private final Resources opened = new Resources();

  @AfterEach
  void stop() {
    opened.close();
    registry.close();
    monitor.close();
  }

  private HostAndPort startWorker() throws Exception {
    TestAuthority.PemFiles files = AUTHORITY.write(folder, "worker", AUTHORITY.issue(b -> b));
    var arguments =
        List.of(
            "--data=" + folder.resolve("data"),
            "--registry=127.0.0.1:" + registry.port(),
            "--monitor=127.0.0.1:" + monitor.port(),
            "--grpc.port=0",
            "--http.port=0",
            "--drain-grace=0s",
            "--grpc.tls.enabled=true",
            "--grpc.tls.certificate=" + files.certificate(),
            "--grpc.tls.private-key=" + files.key(),
            "--grpc.tls.client-certificates=required",
            "--grpc.tls.client-cas=" + files.cas());
    var outcome =
        new ConfigurationLoader<>("model-worker", WorkerConfig.defaults())
            .load(arguments, Map.of());
    var config = ((ConfigurationLoader.Outcome.Run<WorkerConfig>) outcome).configuration();
    Matcher listening = ADDRESS.matcher(WorkerMain.start(config, opened));
    assertThat(listening.find()).isTrue();
    return HostAndPort.parse("worker", listening.group(1));
  }

  private static boolean isLive(GrpcChannel channel) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel.channel())
        .withDeadlineAfter(Duration.ofSeconds(20))
        .serverLive(ServerLiveRequest.getDefaultInstance())
        .getLive();
  }

  @Test
  void it_answers_those_who_show_a_certificate_and_nobody_else() throws Exception {
    HostAndPort worker = startWorker();
    TestAuthority.PemFiles files =
        AUTHORITY.write(folder, "router", AUTHORITY.issueSpiffe("spiffe://mesh/router"));
    var showing =
        new ClientTlsConfig(
            true, files.cas(), files.certificate(), files.key(), "", Duration.ofSeconds(10));
    var tls = ReloadingTls.client("tls", showing, clock, clock);

    GrpcChannel encrypted = opened.add("encrypted", GrpcChannel.to(worker, tls, List.of()));
    GrpcChannel plain = opened.add("plain", GrpcChannel.to(worker, List.of()));

    assertThat(isLive(encrypted)).isTrue();
    assertThatThrownBy(() -> isLive(plain))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }
}
