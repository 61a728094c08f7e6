package dev.weir.router.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.platform.tls.TestAuthority;
import dev.weir.router.policy.ClientIdentity;
import io.netty.pkitesting.CertificateBuilder;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CertificateNameTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("Test CA");

  private static Identification named(UnaryOperator<CertificateBuilder> names) {
    return CertificateName.of(AUTHORITY.issueBare(names).getCertificate());
  }

  private static void assertName(Identification identification, String name) {
    assertThat(identification)
        .isEqualTo(
            new Identification.Known(new ClientIdentity(name, ClientIdentity.Proof.CERTIFICATE)));
  }

  private static void assertRefused(Identification identification, String text) {
    assertThat(identification)
        .isInstanceOfSatisfying(
            Identification.Refused.class, refused -> assertThat(refused.message()).contains(text));
  }

  @Test
  void the_spiffe_id_counts_before_a_dns_name() {
    assertName(
        named(b ->
            b.addSanDnsName("web.example.org")
                .addSanUriName(URI.create("spiffe://prod/ns/shop/sa/web"))),
        "spiffe://prod/ns/shop/sa/web");
  }

  @Test
  void else_the_first_dns_name_counts_in_lower_case() {
    assertName(
        named(b ->
            b.addSanIpAddress("127.0.0.1")
                .addSanUriName(URI.create("https://example.org/web"))
                .addSanDnsName("Web.Example.org")
                .addSanDnsName("other.example.org")),
        "web.example.org");
  }

  @Test
  void a_wildcard_or_what_is_no_dns_name_names_nobody() {
    assertThat(CertificateName.usableDns("*.example.org")).isNull();
    assertThat(CertificateName.usableDns("spiffe://prod/a")).isNull();
    assertThat(CertificateName.usableDns("")).isNull();
    assertThat(CertificateName.usableDns("a".repeat(254))).isNull();
  }

  @Test
  void a_certificate_without_names_is_nobodys() {
    assertThat(named(b -> b)).isEqualTo(new Identification.Known(null));
    assertThat(named(b -> b.addSanIpAddress("127.0.0.1")))
        .isEqualTo(new Identification.Known(null));
  }

  @Test
  void a_second_uri_name_is_refused() {
    assertRefused(
        named(b ->
            b.addSanUriName(URI.create("spiffe://prod/a"))
                .addSanUriName(URI.create("https://example.org"))),
        "2 URI names");
  }

  @Test
  void an_id_against_the_rules_is_refused_and_no_other_name_counts() {
    assertRefused(
        named(b -> b.addSanDnsName("web.example.org").addSanUriName(URI.create("spiffe://Prod/a"))),
        "a SPIFFE id that is none");
    assertRefused(named(b -> b.addSanUriName(URI.create("spiffe://prod/a?b"))), "none");
  }

  @Test
  void an_authoritys_own_certificate_is_refused() {
    assertRefused(
        named(b -> b.setIsCertificateAuthority(true).addSanUriName(URI.create("spiffe://prod/ca"))),
        "an authority's");
  }
}
