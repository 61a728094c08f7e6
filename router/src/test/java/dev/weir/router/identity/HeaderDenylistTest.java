package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.platform.error.InvalidValueException;
import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderDenylistTest {
  private final HeaderDenylist denylist =
      new HeaderDenylist(List.of("authorization", "x-internal-*", "cookie"));

  @Test
  void whole_names_are_denied() {
    assertThat(denylist.denies("authorization")).isTrue();
    assertThat(denylist.denies(new AsciiString("cookie"))).isTrue();
    assertThat(denylist.denies("authorization-x")).isFalse();
    assertThat(denylist.denies("authorizatio")).isFalse();
    assertThat(denylist.denies("cookies")).isFalse();
  }

  @Test
  void names_that_begin_so_are_denied() {
    assertThat(denylist.denies("x-internal-user")).isTrue();
    assertThat(denylist.denies("x-internal-")).isTrue();
    assertThat(denylist.denies("x-internal")).isFalse();
    assertThat(denylist.denies("x-external-user")).isFalse();
  }

  @Test
  void all_others_pass() {
    assertThat(denylist.denies("")).isFalse();
    assertThat(denylist.denies("grpc-timeout")).isFalse();
    assertThat(denylist.denies(":path")).isFalse();
    assertThat(denylist.denies("\u00e4")).isFalse();
    assertThat(new HeaderDenylist(List.of()).denies("authorization")).isFalse();
  }

  @Test
  void credentials_are_kept_from_workers_by_default() {
    var byDefault = new HeaderDenylist(HeadersConfig.defaults().deniedToWorkers());

    assertThat(byDefault.denies("authorization")).isTrue();
    assertThat(byDefault.denies("x-tenant")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "a*b", "**", "Authorization", ":path", "a b", "ä", ""})
  void what_is_no_pattern_is_refused(String pattern) {
    assertThatThrownBy(() -> new HeadersConfig(List.of(pattern)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("deniedToWorkers: " + pattern);
  }

  @ParameterizedTest
  @ValueSource(strings = {"te", "grpc-*", "content-type", "c*", "weir-request-id", "weir-*"})
  void what_workers_need_cannot_be_denied(String pattern) {
    assertThatThrownBy(() -> new HeadersConfig(List.of(pattern)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("none that workers need");
  }

  @Test
  void their_number_is_bounded() {
    List<String> many = java.util.Collections.nCopies(101, "x");
    assertThatThrownBy(() -> new HeadersConfig(many))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("at most 100");
  }
}
