package dev.weir.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.config.ConfigurationLoader;
import dev.weir.platform.grpc.GrpcChannel;
import dev.weir.platform.grpc.HostAndPort;
import dev.weir.platform.lifecycle.Resources;
import dev.weir.proto.monitor.v1.IntakeServiceGrpc;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A whole monitor in this process, on free ports of loopback. */
final class RunningMonitor implements AutoCloseable {
  private static final Pattern PORTS =
      Pattern.compile("grpc=127.0.0.1:(\\d+) http=127.0.0.1:(\\d+)");

  private final Resources running = new Resources();
  private final HttpClient http = HttpClient.newHttpClient();
  private final GrpcChannel channel;
  private final int grpcPort;
  private final String address;

  /**
   * Starts it.
   *
   * @param data its data folder
   * @param settings further ones, as on a command line
   */
  RunningMonitor(Path data, int registryPort, String... settings) throws IOException {
    var all =
        new ArrayList<>(
            List.of(
                "--grpc.port=0",
                "--http.port=0",
                "--grpc.drain-timeout=1s",
                "--registry=127.0.0.1:" + registryPort,
                "--data=" + data));
    all.addAll(List.of(settings));
    String listening = MonitorMain.start(config(all), running);
    Matcher ports = PORTS.matcher(listening);
    assertThat(ports.find()).as(listening).isTrue();
    grpcPort = Integer.parseInt(ports.group(1));
    address = "http://127.0.0.1:" + ports.group(2) + "/";
    channel = GrpcChannel.to(new HostAndPort("127.0.0.1", grpcPort), List.of());
  }

  private static MonitorConfig config(List<String> settings) {
    return switch (new ConfigurationLoader<>("monitor", MonitorConfig.defaults())
        .load(settings, Map.of())) {
      case ConfigurationLoader.Outcome.Run<MonitorConfig>(var config, var printed) -> config;
      case ConfigurationLoader.Outcome.Print<MonitorConfig>(var text) ->
          throw new AssertionError(text);
    };
  }

  int grpcPort() {
    return grpcPort;
  }

  /** Of its pages, with a / at the end. */
  String address() {
    return address;
  }

  /** To its gRPC services. */
  io.grpc.Channel channel() {
    return channel.channel();
  }

  /** Reports a sample as a worker does. */
  void report(Sample.Builder sample) {
    IntakeServiceGrpc.newBlockingStub(channel())
        .reportSamples(
            ReportSamplesRequest.newBuilder().setWorker("worker-1").addSamples(sample).build());
  }

  /** What {@code /api/v1/} and a path answer. */
  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(api(path).build());
  }

  /** What {@code /api/v1/} and a path answer to a body. */
  HttpResponse<String> post(String path, String type, String body)
      throws IOException, InterruptedException {
    return send(
        api(path)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** A request to {@code /api/v1/} and a path. */
  HttpRequest.Builder api(String path) {
    return HttpRequest.newBuilder(URI.create(address + "api/v1/" + path));
  }

  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    running.close();
    http.close();
  }
}
