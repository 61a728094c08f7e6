package dev.weir.router.stored;

import dev.weir.router.policy.Rung;
import dev.weir.router.policy.VersionId;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is ready.
 *
 * @param message serialised {@code ModelInferResponse}, whose id is not this request's; not to be
 *     changed
 * @param version which version gave it; null: none, it is configured
 * @param rung the rung that answers with it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StoredAnswer(byte[] message, @Nullable VersionId version, Rung rung) {}
