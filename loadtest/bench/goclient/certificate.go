package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificate writes a self-signed certificate for localhost (P-256), valid for two days: certificate.pem, key.pem, and both.pem.
func certificate(arguments []string) int {
	flags := flag.NewFlagSet("certificate", flag.ContinueOnError)
	folder := flags.String("folder", "", "where it goes")
	if err := flags.Parse(arguments); err != nil || *folder == "" {
		return exitUsage
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return broken(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "localhost"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(48 * time.Hour),
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return broken(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return broken(err)
	}
	certificatePem := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPem := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
	for name, content := range map[string][]byte{
		"certificate.pem": certificatePem, "key.pem": keyPem, "both.pem": append(append([]byte{}, certificatePem...), keyPem...),
	} {
		if err := os.WriteFile(filepath.Join(*folder, name), content, 0o600); err != nil {
			return broken(err)
		}
	}
	return 0
}
