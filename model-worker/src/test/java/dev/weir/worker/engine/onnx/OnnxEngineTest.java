package dev.weir.worker.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.weir.platform.time.Clock;
import dev.weir.worker.engine.Engine;
import dev.weir.worker.engine.EngineContract;
import dev.weir.worker.engine.EngineFailure;
import dev.weir.worker.engine.LoadedVersion;
import dev.weir.worker.engine.OnnxFile;
import dev.weir.worker.engine.Versions;
import dev.weir.worker.tensor.RawBytes;
import dev.weir.worker.tensor.TensorType;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OnnxEngineTest extends EngineContract {
  private final OnnxEngine engine = new OnnxEngine(2, 64, Clock.system());

  @Override
  protected Engine engine() {
    return engine;
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void text_that_is_not_utf8_is_the_caller_s_fault() throws Exception {
    byte[] bytes = OnnxFile.identity(TensorType.BYTES, List.of(1L));
    LoadedVersion version =
        engine.load(Versions.identity(bytes, TensorType.BYTES, List.of(1L)), artifact(bytes));
    ByteString broken = RawBytes.of(List.of(ByteString.copyFrom(new byte[] {(byte) 0xff})));
    EngineFailure failure =
        catchThrowableOfType(
            EngineFailure.class,
            () -> version.infer(Versions.request("in", TensorType.BYTES, List.of(1L), broken)));
    assertThat(failure.kind()).isEqualTo(EngineFailure.Kind.INVALID_REQUEST);
    assertThat(failure.message()).contains("input in", "element 0", "UTF-8");
    version.unload();
  }

  @ParameterizedTest
  @EnumSource(
      value = TensorType.class,
      names = {"UINT16", "UINT32", "UINT64"})
  void a_type_that_cannot_be_passed_is_refused_at_load(TensorType type) throws Exception {
    byte[] bytes = OnnxFile.identity(type, List.of(1L));
    Path artifact = artifact(bytes);
    EngineFailure failure =
        catchThrowableOfType(
            EngineFailure.class,
            () -> engine.load(Versions.identity(bytes, type, List.of(1L)), artifact));
    assertThat(failure.kind()).isEqualTo(EngineFailure.Kind.LOAD_REFUSED);
    assertThat(failure.message()).contains("input in", type.name());
  }
}
