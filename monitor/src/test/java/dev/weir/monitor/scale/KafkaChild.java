package dev.weir.monitor.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Kafka itself, one node that is broker and controller, until it is killed. Arguments: its folder,
 * its port, its controller's port.
 */
final class KafkaChild {
  private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";

  private KafkaChild() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path settings = folder.resolve("server.properties");
    boolean isNew = !Files.exists(settings);
    if (isNew) {
      Files.writeString(settings, settings(folder.resolve("log"), arguments[1], arguments[2]));
      int status =
          kafka.tools.StorageTool.execute(
              new String[] {"format", "-t", CLUSTER, "-c", settings.toString()}, System.err);
      if (status != 0) {
        throw new IOException("Kafka's storage cannot be formatted: " + status);
      }
    }
    kafka.Kafka.main(new String[] {settings.toString()});
  }

  private static String settings(Path log, String port, String controllerPort) {
    return """
    process.roles=broker,controller
    node.id=1
    controller.quorum.voters=1@127.0.0.1:%2$s
    listeners=PLAINTEXT://127.0.0.1:%1$s,CONTROLLER://127.0.0.1:%2$s
    advertised.listeners=PLAINTEXT://127.0.0.1:%1$s
    controller.listener.names=CONTROLLER
    listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
    log.dirs=%3$s
    auto.create.topics.enable=false
    offsets.topic.replication.factor=1
    transaction.state.log.replication.factor=1
    transaction.state.log.min.isr=1
    num.network.threads=2
    num.io.threads=2
    log.cleaner.enable=false
    """
        .formatted(port, controllerPort, log);
  }
}
