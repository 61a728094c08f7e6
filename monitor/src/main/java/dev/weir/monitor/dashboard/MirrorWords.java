package dev.weir.monitor.dashboard;

import dev.weir.monitor.mirror.MirrorView;
import io.grpc.Status;
import java.util.Locale;

/** What is to be seen in one mirrored request, in words. */
final class MirrorWords {
  private MirrorWords() {}

  static String of(MirrorView.Differing pair) {
    var words = new StringBuilder();
    if (!pair.unlikeOutputs().isEmpty()) {
      words
          .append("not alike in form: ")
          .append(String.join(", ", pair.unlikeOutputs().stream().limit(3).toList()))
          .append(pair.unlikeOutputs().size() > 3 ? ", …" : "");
    }
    if (!pair.output().isEmpty()) {
      words
          .append(words.isEmpty() ? "" : "; ")
          .append(pair.output())
          .append(": ")
          .append(labels(pair.rows(), pair.rowsAgreeing()));
      if (Double.isInfinite(pair.absolute())) {
        words.append(", a value of one of the two is no number");
      } else if (pair.absolute() > 0) {
        words.append(
            String.format(
                Locale.ROOT,
                ", off by up to %.3g (%.1f %%)",
                pair.absolute(),
                100 * pair.relative()));
      }
    }
    return words.toString();
  }

  static String of(MirrorView.Failing pair) {
    return "the shadow failed with " + Status.fromCodeValue(pair.status()).getCode();
  }

  private static String labels(long rows, long agreeing) {
    if (agreeing == rows) {
      return rows == 1 ? "same label" : "same labels";
    }
    return rows == 1
        ? "another label"
        : String.format(Locale.ROOT, "another label in %,d of %,d rows", rows - agreeing, rows);
  }
}
