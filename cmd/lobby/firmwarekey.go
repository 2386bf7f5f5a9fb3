package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// The PEM types of the two key files, which openssl reads and makes too.
const (
	pemPrivate = "PRIVATE KEY"
	pemPublic  = "PUBLIC KEY"
)

// writeKeys writes NAME.key and NAME.pub. A key that is there already is not
// overwritten: boards in halls may trust it.
func writeKeys(name string, key ed25519.PrivateKey) error {
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writeNew(name+".key", 0o600, pem.EncodeToMemory(&pem.Block{Type: pemPrivate, Bytes: private})); err != nil {
		return err
	}
	return writeNew(name+".pub", 0o644, pem.EncodeToMemory(&pem.Block{Type: pemPublic, Bytes: public}))
}

func writeNew(path string, mode os.FileMode, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; choose another name", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// readKey reads one PEM block of a type.
func readKey(path, kind string) ([]byte, error) {
	if path == "" {
		return nil, usageError{errors.New("--key FILE is missing; `lobby firmware keygen` makes a pair of keys")}
	}
	data, err := readSmall(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s holds no %s in PEM; `lobby firmware keygen` makes a pair of keys", path, kind)
	}
	return block.Bytes, nil
}

func readPublicKey(path string) (ed25519.PublicKey, error) {
	data, err := readKey(path, pemPublic)
	if err != nil {
		return nil, err
	}
	any, err := x509.ParsePKIXPublicKey(data)
	key, ok := any.(ed25519.PublicKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s is no Ed25519 key (%v)", path, err)
	}
	return key, nil
}

func readPrivateKey(path string) (ed25519.PrivateKey, error) {
	data, err := readKey(path, pemPrivate)
	if err != nil {
		return nil, err
	}
	any, err := x509.ParsePKCS8PrivateKey(data)
	key, ok := any.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("%s is no Ed25519 key (%v)", path, err)
	}
	return key, nil
}
