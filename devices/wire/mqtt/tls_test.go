package mqtt_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lobby/devices/wire/broker"
	"lobby/devices/wire/mqtt"
)

// certificate makes one for 127.0.0.1 and the PEM file that vouches for it.
func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func TestTLS(t *testing.T) {
	cert, ca := certificate(t)
	_, otherCA := certificate(t)
	hash, err := broker.HashPassword(password)
	if err != nil {
		t.Fatal(err)
	}
	b, err := broker.New(broker.Options{
		Listen: "127.0.0.1:0", Hall: "h1", TLS: &tls.Config{Certificates: []tls.Certificate{cert}},
		Accounts: []broker.Account{{User: "lobby", Password: hash, Role: broker.Hall}},
	}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Listen(); err != nil {
		t.Fatal(err)
	}
	stopBroker := run(t, b.Run)
	defer stopBroker()
	for name, c := range map[string]struct {
		broker, ca string
		up         bool
	}{
		"good":              {"ssl://" + b.Addr(), ca, true},
		"foreign authority": {"ssl://" + b.Addr(), otherCA, false},
		"no TLS":            {"tcp://" + b.Addr(), "", false},
	} {
		t.Run(name, func(t *testing.T) {
			first := make(chan bool, 100)
			client := mustNew(t, mqtt.Options{Broker: c.broker, CA: c.ca, State: func(up bool, _ string) { first <- up }})
			stop := run(t, client.Run)
			defer stop()
			select {
			case up := <-first:
				if up != c.up {
					t.Errorf("up: %v", up)
				}
			case <-time.After(20 * time.Second):
				t.Error("neither up nor down")
			}
		})
	}
}
