package dev.weir.platform.grpc;

import io.grpc.Codec;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * gRPC's message encoding "deflate": the zlib format (RFC 1950), as in the gRPC compression guide
 * and as Triton's clients send it. grpc-java itself knows only gzip.
 */
final class DeflateCodec implements Codec {
  @Override
  public String getMessageEncoding() {
    return "deflate";
  }

  @Override
  public OutputStream compress(OutputStream out) {
    return new DeflaterOutputStream(out);
  }

  @Override
  public InputStream decompress(InputStream in) {
    return new InflaterInputStream(in);
  }
}
