package dev.weir.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class AuditChainTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123456789Z");
  private static final AuditChain START = AuditChain.start("epoch");
  private static final AuditRecord FIRST =
      START.next(NOW, "ada", "route.put", "route fraud", "why", ByteString.copyFromUtf8("r"));

  @Test
  void entries_follow_each_other() {
    AuditRecord second =
        START.with(FIRST).next(NOW, "bob", "alias.moved", "alias x", "", ByteString.EMPTY);
    assertThat(START.objection(FIRST)).isEmpty();
    assertThat(START.with(FIRST).objection(second)).isEmpty();
    assertThat(START.objection(second)).contains("entry 1 is missing");
    assertThat(AuditChain.start("other").objection(FIRST))
        .contains("entry 1 does not match its hash");
  }

  @Test
  void times_are_kept_to_the_microsecond() {
    assertThat(FIRST.at()).isEqualTo(Instant.parse("2026-01-01T00:00:00.123456Z"));
  }

  /** Computed by an independent program from the description in {@link AuditChain}. */
  @Test
  void the_hash_is_what_the_description_says() {
    assertThat(HexFormat.of().formatHex(FIRST.hash().toByteArray()))
        .isEqualTo("54a443f988fd5ea0c95bb51edbf56259a524aa128460d9fffad8b42af18f6980");
  }

  static Stream<UnaryOperator<AuditRecord>> changes() {
    ByteString other = ByteString.copyFromUtf8("x");
    return List.<UnaryOperator<AuditRecord>>of(
        r ->
            change(
                r,
                r.at().plusNanos(1_000),
                r.actor(),
                r.action(),
                r.subject(),
                r.detail(),
                r.record()),
        r -> change(r, r.at(), "eve", r.action(), r.subject(), r.detail(), r.record()),
        r -> change(r, r.at(), r.actor(), "x", r.subject(), r.detail(), r.record()),
        r -> change(r, r.at(), r.actor(), r.action(), "x", r.detail(), r.record()),
        r -> change(r, r.at(), r.actor(), r.action(), r.subject(), "x", r.record()),
        r -> change(r, r.at(), r.actor() + r.action(), "", r.subject(), r.detail(), r.record()),
        r -> change(r, r.at(), r.actor(), r.action(), r.subject(), r.detail(), other))
        .stream();
  }

  private static AuditRecord change(
      AuditRecord r,
      Instant at,
      String actor,
      String action,
      String subject,
      String detail,
      ByteString record) {
    return new AuditRecord(r.sequence(), at, actor, action, subject, detail, record, r.hash());
  }

  @ParameterizedTest
  @MethodSource("changes")
  void any_change_is_noticed(UnaryOperator<AuditRecord> change) {
    assertThat(START.objection(change.apply(FIRST))).contains("entry 1 does not match its hash");
  }
}
