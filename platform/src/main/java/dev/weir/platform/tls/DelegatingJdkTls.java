package dev.weir.platform.tls;

import io.netty.handler.ssl.JdkSslContext;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * {@link DelegatingTls} for servers that want the JDK's class: each new engine is one of the
 * context in force. Only engines: the factories of sockets stay those of the first context.
 */
final class DelegatingJdkTls extends SSLContext {
  private DelegatingJdkTls(ReloadingTls tls, SSLContext first) {
    super(new Spi(tls), first.getProvider(), first.getProtocol());
  }

  static SSLContext of(ReloadingTls tls) {
    return new DelegatingJdkTls(tls, inForce(tls));
  }

  private static SSLContext inForce(ReloadingTls tls) {
    return ((JdkSslContext) tls.current()).context();
  }

  private static final class Spi extends SSLContextSpi {
    private final ReloadingTls tls;

    Spi(ReloadingTls tls) {
      this.tls = tls;
    }

    @Override
    protected void engineInit(
        KeyManager @Nullable [] keys,
        TrustManager @Nullable [] trust,
        @Nullable SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("its keys are files");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return inForce(tls).createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return inForce(tls).createSSLEngine(host, port);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return inForce(tls).getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return inForce(tls).getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return inForce(tls).getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return inForce(tls).getClientSessionContext();
    }
  }
}
