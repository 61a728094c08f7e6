package dev.weir.loadtest.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fills in the peers' configurations.
 *
 * @param folder folder of the templates
 * @param upstreamPorts ports of the two servers to split over
 * @param tls encrypts both sides; null: clear text
 */
record PeerTemplates(Path folder, List<Integer> upstreamPorts, @Nullable Tls tls) {
  PeerTemplates {
    upstreamPorts = List.copyOf(upstreamPorts);
  }

  /** Writes the configuration of a peer that listens on a port into a folder. */
  Path write(String template, Path into, int port) throws IOException {
    String text = Files.readString(folder.resolve(template));
    for (var value : values(into, port).entrySet()) {
      text = text.replace(value.getKey(), value.getValue());
    }
    return Files.writeString(into.resolve(template), text);
  }

  private Map<String, String> values(Path into, int port) {
    var values = new LinkedHashMap<String, String>();
    values.put("@PORT@", String.valueOf(port));
    values.put("@UPSTREAM_1@", String.valueOf(upstreamPorts.get(0)));
    values.put("@UPSTREAM_2@", String.valueOf(upstreamPorts.get(1)));
    values.put("@FOLDER@", into.toString());
    // as root nginx would give its work to an account that cannot read this folder
    boolean root = System.getProperty("user.name").equals("root");
    values.put("@USER@", root ? "user root;" : "");
    if (tls == null) {
      plain(values);
    } else {
      encrypted(values, tls);
    }
    return values;
  }

  private static void plain(Map<String, String> values) {
    values.put("@HAPROXY_BIND@", "proto h2");
    values.put("@HAPROXY_SERVER@", "proto h2");
    values.put("@NGINX_LISTEN@", "http2");
    values.put("@NGINX_TLS@", "");
    values.put("@NGINX_SCHEME@", "grpc");
    values.put("@ENVOY_LISTENER_TLS@\n      ", "");
    values.put("@ENVOY_CLUSTER_TLS@", "");
  }

  private static void encrypted(Map<String, String> values, Tls tls) {
    String certificate = tls.certificate().toString();
    String key = tls.key().toString();
    values.put("@HAPROXY_BIND@", "ssl crt " + tls.both() + " alpn h2");
    values.put(
        "@HAPROXY_SERVER@",
        "ssl verify required ca-file "
            + certificate
            + " sni str(localhost) verifyhost localhost alpn h2 proto h2");
    values.put("@NGINX_LISTEN@", "ssl http2");
    values.put(
        "@NGINX_TLS@",
        "ssl_certificate %s; ssl_certificate_key %s; ssl_protocols TLSv1.2 TLSv1.3; grpc_ssl_protocols TLSv1.2 TLSv1.3; grpc_ssl_verify on; grpc_ssl_trusted_certificate %s; grpc_ssl_name localhost; grpc_ssl_server_name on;"
            .formatted(certificate, key, certificate));
    values.put("@NGINX_SCHEME@", "grpcs");
    values.put(
        "@ENVOY_LISTENER_TLS@",
        envoy(
            "DownstreamTlsContext",
            "",
            "tls_certificates: [{ certificate_chain: { filename: \"%s\" }, private_key: { filename: \"%s\" } }]"
                .formatted(certificate, key)));
    values.put(
        "@ENVOY_CLUSTER_TLS@",
        envoy(
            "UpstreamTlsContext",
            "sni: localhost, ",
            "validation_context: { trusted_ca: { filename: \"%s\" } }".formatted(certificate)));
  }

  private static String envoy(String type, String more, String credentials) {
    return ("transport_socket: { name: envoy.transport_sockets.tls, typed_config: { "
            + "\"@type\": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.%s, %s"
            + "common_tls_context: { alpn_protocols: [h2], tls_params: { tls_maximum_protocol_version: TLSv1_3 }, %s } } }")
        .formatted(type, more, credentials);
  }
}
