package dev.weir.monitor.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class RouterLedgerTest {
  private final IntakeCounts counts = new IntakeCounts();

  @Test
  void a_slice_is_new_once() {
    var ledger = new RouterLedger(10, counts);
    assertThat(ledger.enter("a", 7)).isEqualTo(new RouterLedger.Entry.New(0));
    assertThat(ledger.enter("a", 7)).isEqualTo(new RouterLedger.Entry.Repeated());
    assertThat(ledger.enter("a", 6)).isEqualTo(new RouterLedger.Entry.Repeated());
    assertThat(ledger.enter("a", 8)).isEqualTo(new RouterLedger.Entry.New(0));
    assertThat(ledger.enter("b", 7)).isEqualTo(new RouterLedger.Entry.New(0));
  }

  @Test
  void skipped_sequence_numbers_are_said() {
    var ledger = new RouterLedger(10, counts);
    ledger.enter("a", 1);
    assertThat(ledger.enter("a", 5)).isEqualTo(new RouterLedger.Entry.New(3));
  }

  @Test
  void the_process_not_heard_for_longest_is_forgotten_first() {
    var ledger = new RouterLedger(2, counts);
    ledger.enter("a", 5);
    ledger.enter("b", 5);
    ledger.enter("a", 6);
    ledger.enter("c", 5);
    assertThat(ledger.taken()).containsOnlyKeys("a", "c");
    assertThat(counts.of(IntakeEvent.ROUTERS_FORGOTTEN)).isEqualTo(1);
  }

  @Test
  void what_a_process_dropped_is_counted_once() {
    var ledger = new RouterLedger(2, counts);
    ledger.enter("a", 1);
    assertThat(ledger.dropped("a", 3)).isEqualTo(3);
    assertThat(ledger.dropped("a", 3)).isZero();
    assertThat(ledger.dropped("a", 10)).isEqualTo(7);
    assertThat(ledger.dropped("unknown", 10)).isZero();
  }

  @Test
  void it_survives_being_written_and_read() throws IOException {
    var ledger = new RouterLedger(10, counts);
    ledger.enter("a", 5);
    ledger.enter("b", -3);
    var bytes = new ByteArrayOutputStream();
    ledger.writeTo(new DataOutputStream(bytes));
    var again = new RouterLedger(10, counts);
    again.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    assertThat(again.taken()).isEqualTo(ledger.taken());
  }
}
