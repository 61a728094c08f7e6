package dev.weir.monitor.guardrail;

import com.google.protobuf.AbstractMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weir.monitor.intake.LabelledPrediction;
import dev.weir.monitor.stats.StateReader;
import dev.weir.monitor.stats.StateWriter;
import dev.weir.proto.monitor.v1.Feedback;
import dev.weir.proto.monitor.v1.MirrorPair;
import dev.weir.proto.monitor.v1.OutcomeSlice;
import dev.weir.proto.monitor.v1.ReportMirroredRequest;
import dev.weir.proto.monitor.v1.ReportSamplesRequest;
import dev.weir.proto.monitor.v1.Sample;
import dev.weir.proto.route.v1.Rollout;
import dev.weir.proto.route.v1.Verdict;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Something that happened to a rollout's watch.
 *
 * <pre>
 *   uint8 1, uint8 kind, then
 *   'B' begun     bytes rollout, int64 most sticky units
 *   'T' told      bytes rollout, uint8 class, uint8 probability, uint8 value promised
 *   'O' outcomes  bytes slice
 *   'S' samples   bytes report
 *   'L' labels    int64 n, n x (bytes sample, bytes label)
 *   'M' metric    int64 n, n x (text metric, text rollout, uint8 canary, float64 probability,
 *                 int64 unit, uint8 sticky, int64 bits of the value)
 *   'P' pairs     bytes report
 *   'D' settled   int64 second, int64 nanosecond, bytes verdict; none: not decided
 *   'F' finished, 'R' restored   nothing
 *   'E' ended     int64 second, int64 nanosecond, bytes verdict
 * </pre>
 */
sealed interface JournalEntry {
  /** The watch began. */
  record Begun(Rollout rollout, int maxStickyUnits) implements JournalEntry {}

  /** The registry's word. */
  record Told(Rollout rollout, SampleUnit.Promised promised) implements JournalEntry {}

  /** A slice of outcomes, as far as it is about the rollout. */
  record Outcomes(OutcomeSlice slice) implements JournalEntry {}

  /** A closed slice of samples, as far as it is about the rollout. */
  record Samples(List<Sample> samples) implements JournalEntry {}

  /** Labels with their predictions. */
  record Labels(List<LabelledPrediction> labels) implements JournalEntry {}

  /** Numbers that users report. */
  record Business(List<BusinessUnit> units) implements JournalEntry {}

  /** Pairs of a mirror. */
  record Pairs(List<MirrorPair> pairs) implements JournalEntry {}

  /**
   * It was looked whether the evidence is enough.
   *
   * @param decided the verdict, when it was decided just then to roll back
   */
  record Settled(Instant now, Optional<Verdict> decided) implements JournalEntry {}

  /** The registry needs no more verdicts. */
  record Finished() implements JournalEntry {}

  /** The monitor restarted, and took the watch over from its file. */
  record Restored() implements JournalEntry {}

  /** The rollout is over, with the verdict of that moment. */
  record Ended(Instant now, Verdict verdict) implements JournalEntry {}

  int VERSION = 1;

  /** Its bytes. */
  default byte[] toBytes() {
    return switch (this) {
      case Begun(Rollout rollout, int most) ->
          begin('B').bytes(rollout.toByteArray()).int64(most).toBytes();
      case Told(Rollout rollout, SampleUnit.Promised promised) ->
          begin('T')
              .bytes(rollout.toByteArray())
              .uint8(promised.predictedClass() ? 1 : 0)
              .uint8(promised.probability() ? 1 : 0)
              .uint8(promised.value() ? 1 : 0)
              .toBytes();
      case Outcomes(OutcomeSlice slice) -> begin('O').bytes(slice.toByteArray()).toBytes();
      case Samples(List<Sample> samples) ->
          message('S', ReportSamplesRequest.newBuilder().addAllSamples(samples).build());
      case Labels(List<LabelledPrediction> labels) -> {
        StateWriter out = begin('L').int64(labels.size());
        for (LabelledPrediction labelled : labels) {
          out.bytes(labelled.sample().toByteArray()).bytes(labelled.label().toByteArray());
        }
        yield out.toBytes();
      }
      case Business(List<BusinessUnit> units) -> {
        StateWriter out = begin('M').int64(units.size());
        units.forEach(unit -> write(out, unit));
        yield out.toBytes();
      }
      case Pairs(List<MirrorPair> pairs) ->
          message('P', ReportMirroredRequest.newBuilder().addAllPairs(pairs).build());
      case Settled(Instant now, Optional<Verdict> decided) ->
          moment('D', now)
              .bytes(decided.map(AbstractMessage::toByteArray).orElse(new byte[0]))
              .toBytes();
      case Finished() -> begin('F').toBytes();
      case Restored() -> begin('R').toBytes();
      case Ended(Instant now, Verdict verdict) ->
          moment('E', now).bytes(verdict.toByteArray()).toBytes();
    };
  }

  private static StateWriter begin(char kind) {
    return new StateWriter(VERSION, (byte) kind);
  }

  private static byte[] message(char kind, AbstractMessage message) {
    return begin(kind).bytes(message.toByteArray()).toBytes();
  }

  private static StateWriter moment(char kind, Instant now) {
    return begin(kind).int64(now.getEpochSecond()).int64(now.getNano());
  }

  private static void write(StateWriter out, BusinessUnit unit) {
    out.text(unit.metric())
        .text(unit.rolloutId())
        .uint8(unit.canary() ? 1 : 0)
        .float64(unit.canaryProbability())
        .int64(unit.unit())
        .uint8(unit.sticky() ? 1 : 0)
        .int64(Double.doubleToRawLongBits(unit.value()));
  }

  /**
   * The entry that {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException when it is damaged or of a newer Weir
   */
  static JournalEntry fromBytes(byte[] bytes) {
    byte kind = StateReader.kindOf(bytes);
    var in = new StateReader("journal entry", VERSION, kind, bytes);
    try {
      JournalEntry entry = read(in, (char) kind);
      in.end();
      return entry;
    } catch (InvalidProtocolBufferException e) {
      throw in.damaged("message: " + e.getMessage());
    } catch (DateTimeException | ArithmeticException e) {
      throw in.damaged("number: " + e.getMessage());
    }
  }

  private static JournalEntry read(StateReader in, char kind)
      throws InvalidProtocolBufferException {
    return switch (kind) {
      case 'B' -> new Begun(Rollout.parseFrom(in.bytes()), Math.toIntExact(in.count()));
      case 'T' ->
          new Told(
              Rollout.parseFrom(in.bytes()),
              new SampleUnit.Promised(in.uint8() == 1, in.uint8() == 1, in.uint8() == 1));
      case 'O' -> new Outcomes(OutcomeSlice.parseFrom(in.bytes()));
      case 'S' -> new Samples(ReportSamplesRequest.parseFrom(in.bytes()).getSamplesList());
      case 'L' -> {
        long size = in.count();
        var labels = new ArrayList<LabelledPrediction>();
        for (long i = 0; i < size; i++) {
          labels.add(
              new LabelledPrediction(Sample.parseFrom(in.bytes()), Feedback.parseFrom(in.bytes())));
        }
        yield new Labels(labels);
      }
      case 'M' -> {
        long size = in.count();
        var units = new ArrayList<BusinessUnit>();
        for (long i = 0; i < size; i++) {
          units.add(
              new BusinessUnit(
                  in.text(),
                  in.text(),
                  in.uint8() == 1,
                  in.float64(),
                  in.int64(),
                  in.uint8() == 1,
                  Double.longBitsToDouble(in.int64())));
        }
        yield new Business(units);
      }
      case 'P' -> new Pairs(ReportMirroredRequest.parseFrom(in.bytes()).getPairsList());
      case 'D' -> {
        Instant now = Instant.ofEpochSecond(in.int64(), in.count());
        byte[] verdict = in.bytes();
        yield new Settled(
            now, verdict.length == 0 ? Optional.empty() : Optional.of(Verdict.parseFrom(verdict)));
      }
      case 'F' -> new Finished();
      case 'R' -> new Restored();
      case 'E' ->
          new Ended(Instant.ofEpochSecond(in.int64(), in.count()), Verdict.parseFrom(in.bytes()));
      default -> throw in.damaged("kind " + kind + " (expected: one of BTOSLMPDFRE)");
    };
  }
}
