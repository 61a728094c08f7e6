package dev.weir.monitor.mirror;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import java.util.function.BiConsumer;

/** Shows the comparisons that a board holds as metrics; their number bounds the labels. */
public final class MirrorMetrics {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("route");
  private static final AttributeKey<String> PRIMARY = AttributeKey.stringKey("primary");
  private static final AttributeKey<String> SHADOW = AttributeKey.stringKey("shadow");
  private static final AttributeKey<String> RESULT = AttributeKey.stringKey("result");
  private static final AttributeKey<String> OUTPUT = AttributeKey.stringKey("output");

  private MirrorMetrics() {}

  /** Shows them as {@code weir_monitor_mirror_*}. */
  public static void register(Meter meter, MirrorBoard board) {
    counter(
        meter,
        board,
        "weir_monitor_mirror_pairs",
        "Requests that a shadow version answered too, by how the two ended.",
        (view, out) ->
            view.results()
                .forEach(
                    (result, pairs) -> out.accept(of(view).put(RESULT, result.word()), pairs)));
    counter(
        meter,
        board,
        "weir_monitor_mirror_pairs_compared",
        "Of these, pairs whose answers were looked at.",
        (view, out) -> out.accept(of(view), view.compared()));
    counter(
        meter,
        board,
        "weir_monitor_mirror_pairs_unlike",
        "Of these, pairs with an output that is not in both answers with the same type and shape.",
        (view, out) -> out.accept(of(view), view.unlike()));
    counter(
        meter,
        board,
        "weir_monitor_mirror_shadow_slower",
        "Pairs with two answers in which the shadow took longer.",
        (view, out) -> out.accept(of(view), view.shadowSlower()));
    counter(
        meter,
        board,
        "weir_monitor_mirror_rows",
        "Rows of an output that were compared, by whether their labels agree.",
        (view, out) ->
            view.outputs()
                .forEach(output -> {
                  out.accept(row(view, output, "agreeing"), output.rowsAgreeing());
                  out.accept(row(view, output, "differing"), output.rows() - output.rowsAgreeing());
                }));
  }

  private static void counter(
      Meter meter,
      MirrorBoard board,
      String name,
      String description,
      BiConsumer<MirrorView, BiConsumer<AttributesBuilder, Long>> values) {
    meter
        .counterBuilder(name)
        .setDescription(description)
        .buildWithCallback(out ->
            board
                .views()
                .forEach(view ->
                    values.accept(view, (labels, value) -> out.record(value, labels.build()))));
  }

  private static AttributesBuilder of(MirrorView view) {
    return Attributes.builder()
        .put(ROUTE, view.key().route())
        .put(PRIMARY, view.key().primary())
        .put(SHADOW, view.key().shadow());
  }

  private static AttributesBuilder row(MirrorView view, MirrorView.Output output, String result) {
    return of(view).put(OUTPUT, output.name()).put(RESULT, result);
  }
}
