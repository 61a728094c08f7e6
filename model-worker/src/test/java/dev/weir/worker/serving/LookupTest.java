package dev.weir.worker.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.worker.admission.Refusal;
import dev.weir.worker.placement.TestTables;
import dev.weir.worker.placement.VersionTable;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

/** Texts and codes are those of Triton 2.51.0. */
final class LookupTest {
  private final VersionTable table = TestTables.withTestServing1And10AndLoading11AndIdle1();

  private Refusal refusal(String model, String version) {
    return ((Lookup.Result.Missing) Lookup.find(table, model, version)).refusal();
  }

  private String found(String model, String version) {
    var found = (Lookup.Result.Found) Lookup.find(table, model, version);
    return found.version().key().version();
  }

  @Test
  void no_version_means_the_highest_number_that_takes_requests() {
    assertThat(found("test", "")).isEqualTo("10");
    assertThat(found("test", "1")).isEqualTo("1");
  }

  @Test
  void what_is_not_there_is_refused_in_triton_s_words() {
    assertThat(refusal("x", "").message()).isEqualTo("Request for unknown model: 'x' is not found");
    assertThat(refusal("x", "9").message())
        .isEqualTo("Request for unknown model: 'x' is not found");
    assertThat(refusal("test", "9").message())
        .isEqualTo("Request for unknown model: 'test' version 9 is not found");
    assertThat(refusal("idle", "").message())
        .isEqualTo("Request for unknown model: 'idle' has no available versions");
    assertThat(refusal("test", "9").code()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refusal("idle", "").code()).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void a_version_that_is_on_its_way_may_be_ready_on_another_worker() {
    assertThat(refusal("test", "11"))
        .isEqualTo(
            new Refusal(
                Status.Code.UNAVAILABLE,
                "not_ready",
                "Request for unknown model: 'test' version 11 is not at ready state"));
  }

  @Test
  void what_cannot_be_a_version_is_an_invalid_argument() {
    for (String version : new String[] {"abc", "0", "-1", "1.0", "9".repeat(30), " "}) {
      assertThat(refusal("test", version).code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(Lookup.isVersion(version)).isFalse();
    }
    assertThat(refusal("test", "abc").message())
        .contains("'abc'", "version should be an integral value > 0");
  }
}
