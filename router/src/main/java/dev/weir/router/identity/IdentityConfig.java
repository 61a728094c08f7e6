package dev.weir.router.identity;

import dev.weir.platform.config.Setting;

/** How callers prove who they are. */
public record IdentityConfig(
    @Setting(
            "Whether a request without proven identity is refused; if not, it goes on without one, to routes that everyone may call.")
        boolean required,
    @Setting("Signed tokens.") TokenConfig token) {
  /** Nobody has to prove anything; certificates count, tokens are not looked at. */
  public static IdentityConfig defaults() {
    return new IdentityConfig(false, TokenConfig.disabled());
  }
}
