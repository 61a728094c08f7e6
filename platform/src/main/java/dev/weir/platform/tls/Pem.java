package dev.weir.platform.tls;

import dev.weir.platform.file.NamedFile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads PEM (RFC 7468): certificates, and private keys in PKCS#8. */
final class Pem {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final int MAX_CERTIFICATES = 1_000;

  private Pem() {}

  private record Block(String label, byte[] content) {}

  /** All certificates of a file, in its order; at least one. Other blocks are passed over. */
  static List<X509Certificate> certificates(NamedFile file, byte[] content) {
    var certificates = new ArrayList<X509Certificate>();
    for (Block block : blocks(file, content)) {
      if (block.label().equals("CERTIFICATE")) {
        certificates.add(certificate(file, block.content(), certificates.size() + 1));
      }
    }
    if (certificates.isEmpty()) {
      throw file.refused("at least one -----BEGIN CERTIFICATE-----");
    }
    if (certificates.size() > MAX_CERTIFICATES) {
      throw file.refused("at most " + MAX_CERTIFICATES + " certificates");
    }
    return certificates;
  }

  private static X509Certificate certificate(NamedFile file, byte[] der, int place) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw file.refused("X.509 certificates; number " + place + " is none: " + e.getMessage());
    }
  }

  /** The one private key of a file. */
  static PrivateKey privateKey(NamedFile file, byte[] content) {
    PrivateKey key = null;
    for (Block block : blocks(file, content)) {
      switch (block.label()) {
        case "PRIVATE KEY" -> {
          if (key != null) {
            throw file.refused("one private key, not several");
          }
          key = privateKey(file, new PKCS8EncodedKeySpec(block.content()));
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY" ->
            throw file.refused(
                "PKCS#8 (-----BEGIN PRIVATE KEY-----), not "
                    + block.label()
                    + "; openssl pkcs8 -topk8 -nocrypt converts it");
        case "ENCRYPTED PRIVATE KEY" ->
            throw file.refused("a private key that is not encrypted; openssl pkcs8 decrypts it");
        default -> {}
      }
    }
    if (key == null) {
      throw file.refused("a -----BEGIN PRIVATE KEY-----");
    }
    return key;
  }

  private static PrivateKey privateKey(NamedFile file, PKCS8EncodedKeySpec spec) {
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        continue; // of another algorithm
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has " + algorithm, e);
      }
    }
    throw file.refused("a key of RSA, EC or EdDSA in PKCS#8");
  }

  private static List<Block> blocks(NamedFile file, byte[] content) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    var blocks = new ArrayList<Block>();
    int from = 0;
    while (true) {
      int begin = text.indexOf(BEGIN, from);
      if (begin < 0) {
        return blocks;
      }
      int labelEnd = text.indexOf(DASHES, begin + BEGIN.length());
      String label = labelEnd < 0 ? "" : text.substring(begin + BEGIN.length(), labelEnd);
      String endLine = END + label + DASHES;
      int end = labelEnd < 0 ? -1 : text.indexOf(endLine, labelEnd);
      if (end < 0) {
        throw file.refused("PEM; a block begins and does not end");
      }
      try {
        String body = text.substring(labelEnd + DASHES.length(), end);
        blocks.add(new Block(label, Base64.getMimeDecoder().decode(body)));
      } catch (IllegalArgumentException e) {
        throw file.refused("PEM; the block " + label + " is not base64");
      }
      from = end + endLine.length();
    }
  }
}
