package dev.weir.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.proto.registry.v1.ModelVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelCardTest {
  @Test
  void a_card_can_name_its_value_output_and_say_how_it_is_monitored(@TempDir Path folder)
      throws IOException {
    Path card = folder.resolve("card.json");
    Files.writeString(
        card,
        """
        {"model": "price", "version": "1",
         "signature": {"outputs": [{"name": "price", "datatype": "FP32", "shape": [-1]}], "valueOutput": "price"},
         "monitoring": {"groupFeatures": ["region"], "favourableClass": "yes", "keepSamples": true,
                        "keepSamplesFor": "86400s", "privacyEpsilon": 0.5, "seasonal": true}}
        """);
    ModelVersion version = RegistryClient.readCard(card);
    assertThat(version.getSignature().getValueOutput()).isEqualTo("price");
    assertThat(version.getMonitoring().getGroupFeaturesList()).containsExactly("region");
    assertThat(version.getMonitoring().getKeepSamplesFor().getSeconds()).isEqualTo(86_400);
    assertThat(version.getMonitoring().getPrivacyEpsilon()).isEqualTo(0.5);
    assertThat(version.getMonitoring().getSeasonal()).isTrue();
  }
}
