package dev.weir.registry.audit;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The hash chain over the audit log: a changed, removed or inserted entry does not add up with
 * those after it, and the head, kept beside the log, notices a cut tail.
 *
 * <p>{@code hash = SHA-256(previous hash, sequence, epoch seconds, nanoseconds, actor, action,
 * subject, detail, SHA-256(record))}: numbers as 8 bytes big-endian, texts as 4 bytes length and
 * UTF-8. Before the first entry the hash is SHA-256 of the database's epoch, so that the logs of
 * two databases cannot be mixed. Not a signature: who can write the whole database can write a new
 * chain.
 *
 * @param sequence of the last entry; 0: none
 * @param hash of the last entry
 */
public record AuditChain(long sequence, ByteString hash) {
  /** The chain before its first entry. */
  public static AuditChain start(String epoch) {
    return new AuditChain(0, sha256(ByteString.copyFromUtf8("weir audit log " + epoch)));
  }

  /** The next entry. */
  public AuditRecord next(
      Instant at, String actor, String action, String subject, String detail, ByteString record) {
    Instant kept = at.truncatedTo(ChronoUnit.MICROS);
    return new AuditRecord(
        sequence + 1,
        kept,
        actor,
        action,
        subject,
        detail,
        record,
        hashOf(sequence + 1, kept, actor, action, subject, detail, record));
  }

  /** The chain with that entry as its last. */
  public AuditChain with(AuditRecord entry) {
    return new AuditChain(entry.sequence(), entry.hash());
  }

  /** Why an entry cannot be the next one; empty when it can. */
  public Optional<String> objection(AuditRecord entry) {
    if (entry.sequence() != sequence + 1) {
      return Optional.of("entry " + (sequence + 1) + " is missing");
    }
    ByteString expected =
        hashOf(
            entry.sequence(),
            entry.at(),
            entry.actor(),
            entry.action(),
            entry.subject(),
            entry.detail(),
            entry.record());
    return expected.equals(entry.hash())
        ? Optional.empty()
        : Optional.of("entry " + entry.sequence() + " does not match its hash");
  }

  private ByteString hashOf(
      long number,
      Instant at,
      String actor,
      String action,
      String subject,
      String detail,
      ByteString record) {
    MessageDigest digest = newDigest();
    digest.update(hash.asReadOnlyByteBuffer());
    digest.update(
        ByteBuffer.allocate(24)
            .putLong(number)
            .putLong(at.getEpochSecond())
            .putLong(at.getNano())
            .flip());
    text(digest, actor);
    text(digest, action);
    text(digest, subject);
    text(digest, detail);
    digest.update(sha256(record).asReadOnlyByteBuffer());
    return ByteString.copyFrom(digest.digest());
  }

  private static void text(MessageDigest digest, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(utf8.length).flip());
    digest.update(utf8);
  }

  /** SHA-256 of some bytes. */
  public static ByteString sha256(ByteString bytes) {
    MessageDigest digest = newDigest();
    digest.update(bytes.asReadOnlyByteBuffer());
    return ByteString.copyFrom(digest.digest());
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
