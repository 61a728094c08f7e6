package dev.weir.registry.api;

import com.google.protobuf.UnsafeByteOperations;
import dev.weir.proto.registry.v1.FetchArtifactResponse;
import dev.weir.registry.store.StoreException;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One download: reads only as fast as the client takes. */
final class FetchArtifactCall {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final Logger LOG = LoggerFactory.getLogger(FetchArtifactCall.class);

  private final String sha256;
  private final InputStream bytes;
  private final ServerCallStreamObserver<FetchArtifactResponse> call;
  private boolean ended;

  FetchArtifactCall(
      String sha256, InputStream bytes, ServerCallStreamObserver<FetchArtifactResponse> call) {
    this.sha256 = sha256;
    this.bytes = bytes;
    this.call = call;
  }

  /** Sends until the client has enough for now, or all was sent. */
  synchronized void sendWhileReady() {
    try {
      while (!ended && call.isReady()) {
        byte[] chunk = bytes.readNBytes(CHUNK_BYTES);
        if (chunk.length == 0) {
          end();
          call.onCompleted();
          return;
        }
        // the array is not used again
        call.onNext(
            FetchArtifactResponse.newBuilder()
                .setChunk(UnsafeByteOperations.unsafeWrap(chunk))
                .build());
      }
    } catch (IOException e) {
      end();
      throw StoreException.of("reading artifact " + sha256, e);
    }
  }

  /** Frees what it holds. Idempotent. */
  synchronized void end() {
    if (!ended) {
      ended = true;
      try {
        bytes.close();
      } catch (IOException e) {
        LOG.atWarn().addKeyValue("sha256", sha256).setCause(e).log("artifact cannot be closed");
      }
    }
  }
}
