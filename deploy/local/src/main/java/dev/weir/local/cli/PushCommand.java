package dev.weir.local.cli;

import dev.weir.proto.registry.v1.ModelVersion;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir push}: stores a model version. */
@Command(
    name = "push",
    mixinStandardHelpOptions = true,
    description =
        "Pushes a model version: its card (JSON) and its artifact. Pushing the same again changes nothing.")
public final class PushCommand implements Callable<Integer> {
  @Mixin private RegistryOptions registry = new RegistryOptions();

  @Option(
      names = "--card",
      required = true,
      description = "Model card, a weir.registry.v1.ModelVersion in JSON.")
  private Path card = Path.of("");

  @Option(names = "--artifact", required = true, description = "Model file (ONNX).")
  private Path artifact = Path.of("");

  @Option(names = "--version-number", description = "Version to push it as (default: the card's).")
  private @Nullable String version;

  @Override
  public Integer call() throws Exception {
    ModelVersion read = RegistryClient.readCard(card);
    ModelVersion named = version == null ? read : read.toBuilder().setVersion(version).build();
    try (RegistryClient client = registry.connect()) {
      var response = client.push(named, artifact);
      ModelVersion stored = response.getVersion();
      System.out.printf(
          "%s version %s %s, sha256 %s%n",
          stored.getModel(),
          stored.getVersion(),
          response.getCreated() ? "pushed" : "was there already",
          stored.getArtifact().getSha256());
    }
    return 0;
  }
}
