package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

// TLS has the pages served encrypted.
type TLS struct {
	CertFile string `yaml:"cert_file"` // PEM, the server's own first
	KeyFile  string `yaml:"key_file"`  // PEM, readable by nobody else
}

// Access has people and devices sign in.
type Access struct {
	File        string `yaml:"file"`         // the book of accounts, made by `lobby access add`; empty for an open hall
	LockMinutes *int   `yaml:"lock_minutes"` // without a touch until a person's page locks; missing 15, 0 never
}

// idleLock is when a person's page locks.
func (a Access) idleLock() time.Duration {
	if a.LockMinutes == nil {
		return 15 * time.Minute
	}
	return time.Duration(*a.LockMinutes) * time.Minute
}

// How long certificates hold. A browser takes no server's that holds longer
// than 825 days; the hall's CA is changed with the hall's computer.
const (
	caLasts      = 10 * 365 * 24 * time.Hour
	serverLasts  = 800 * 24 * time.Hour
	expiryNotice = 30 * 24 * time.Hour
)

// certificate is a pair of files that may be replaced while the hall runs.
type certificate struct {
	files TLS
	log   *slog.Logger

	mu      sync.Mutex
	read    time.Time // of the newer file
	current *tls.Certificate
}

// openCertificate reads the pair. A key that others can read is refused.
func openCertificate(files TLS, log *slog.Logger) (*certificate, error) {
	if _, err := readSecret(files.KeyFile); err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	c := &certificate{files: files, log: log}
	_, err := c.get(nil)
	return c, err
}

// get gives the pair, read anew when it has changed. One that cannot be read
// leaves the one before.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	newest := time.Time{}
	for _, name := range []string{c.files.CertFile, c.files.KeyFile} {
		if info, err := os.Stat(name); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	if c.current != nil && newest.Equal(c.read) {
		return c.current, nil
	}
	pair, err := tls.LoadX509KeyPair(c.files.CertFile, c.files.KeyFile)
	switch {
	case err == nil:
		c.current, c.read = &pair, newest
	case c.current == nil:
		return nil, fmt.Errorf("tls: %w; make both files with: lobby tls init", err)
	default:
		c.log.Error("the new certificate cannot be used; the one before goes on", "err", err)
		c.read = newest
	}
	return c.current, nil
}

// expiry says in words when the certificate ends soon, or that it has ended.
func (c *certificate) expiry(now time.Time) (say string, over bool) {
	pair, err := c.get(nil)
	if err != nil {
		return err.Error(), true
	}
	end := pair.Leaf.NotAfter
	switch {
	case now.After(end):
		return "证书已于 " + end.Format(time.DateOnly) + " 到期", true
	case end.Sub(now) < expiryNotice:
		return "证书将于 " + end.Format(time.DateOnly) + " 到期，请更换", false
	}
	return "", false
}

// encrypted makes a listener speak TLS.
func (c *certificate) encrypted(l net.Listener) net.Listener {
	return tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"http/1.1"}})
}

func tlsCommand() *cobra.Command {
	c := &cobra.Command{Use: "tls", Short: "Certificates of the hall", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(tlsInitCommand())
	return c
}

func tlsInitCommand() *cobra.Command {
	var dir string
	var hosts []string
	var addresses []net.IP
	c := &cobra.Command{
		Use: "init", Short: "Make the hall's own CA and a certificate for its pages", Args: cobra.NoArgs,
		Long: "Makes ca.pem, which every screen and computer of the hall is to trust, and server.pem\nwith server.key for the hall file's tls section. With a CA in DIR already, only a\nnew server certificate is made. Running halls take it without a restart.",
		RunE: func(c *cobra.Command, _ []string) error {
			if dir == "" || len(hosts)+len(addresses) == 0 {
				return usageError{errors.New("--dir DIR and at least one --host or --ip are needed")}
			}
			sum, err := initTLS(dir, hosts, addresses, time.Now())
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "%s\nSHA-256 of the CA: %X\ntls: {cert_file: %s, key_file: %s}\n", filepath.Join(dir, "ca.pem"), sum, filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key"))
			}
			return err
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "folder for the files")
	c.Flags().StringArrayVar(&hosts, "host", nil, "name under which the hall is reached, hall.local; may be given often")
	c.Flags().IPSliceVar(&addresses, "ip", nil, "address under which the hall is reached; may be given often")
	return c
}

// initTLS makes the files and returns the CA's fingerprint.
func initTLS(dir string, hosts []string, addresses []net.IP, now time.Time) (sum [32]byte, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return sum, err
	}
	ca, caKey, err := openCA(dir, now)
	if err != nil {
		return sum, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return sum, err
	}
	cert := template("Lobby", now, serverLasts)
	cert.DNSNames, cert.IPAddresses = hosts, addresses
	cert.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, cert, ca, key.Public(), caKey)
	if err != nil {
		return sum, err
	}
	chain := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})...)
	return sha256.Sum256(ca.Raw), errors.Join(writeECKey(filepath.Join(dir, "server.key"), key), os.WriteFile(filepath.Join(dir, "server.pem"), chain, 0o644))
}

// openCA reads the hall's CA or makes it.
func openCA(dir string, now time.Time) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca.key")
	if _, err := os.Stat(certFile); err == nil {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, nil, fmt.Errorf("the CA in %s: %w", dir, err)
		}
		key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
		if !ok {
			return nil, nil, fmt.Errorf("the CA in %s was not made by lobby tls init", dir)
		}
		return pair.Leaf, key, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	ca := template("Lobby hall CA", now, caLasts)
	ca.IsCA, ca.BasicConstraintsValid, ca.MaxPathLenZero = true, true, true
	ca.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	return made, key, errors.Join(writeECKey(keyFile, key), os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644))
}

func template(name string, now time.Time, lasts time.Duration) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic("tls: no random numbers: " + err.Error()) // crypto/rand never fails
	}
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(lasts),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

func writeECKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: pemPrivate, Bytes: der}), 0o600)
}
