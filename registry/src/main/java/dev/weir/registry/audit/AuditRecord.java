package dev.weir.registry.audit;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * One entry of the audit log.
 *
 * @param sequence from 1, without gaps
 * @param at when, to the microsecond
 * @param actor who
 * @param action what: "rollout.rolled_back"
 * @param subject on what: "route employment"
 * @param detail why and with which evidence, for people
 * @param record what state is rebuilt from; the action says which message it is
 * @param hash SHA-256 over the previous entry's hash and everything above, see {@link AuditChain}
 */
public record AuditRecord(
    long sequence,
    Instant at,
    String actor,
    String action,
    String subject,
    String detail,
    ByteString record,
    ByteString hash) {}
