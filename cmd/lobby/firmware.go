package main

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	bridge "lobby/firmware-bridge"
	firmware "lobby/firmware-bridge/update"
)

// firmwareCommand holds all that has to do with the firmware of boards
// (hardware-docs/firmware-firmware.md).
func firmwareCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "firmware", Short: "Sign, check, list and flash the firmware of boards", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(flashCommand(), listFirmwareCommand(), verifyCommand(), signCommand(), keygenCommand())
	for _, sub := range c.Commands() {
		strict(sub)
	}
	return c
}

// maxImageFile bounds what is read as an image.
const maxImageFile = firmware.MaxSize + 4096

// readImage reads an image file and demands that the key signed it.
func readImage(path, keyPath string) (firmware.Image, error) {
	key, err := readPublicKey(keyPath)
	if err != nil {
		return firmware.Image{}, err
	}
	data, err := readSmall(path)
	if err != nil {
		return firmware.Image{}, err
	}
	image, err := firmware.Parse(data)
	if err == nil {
		err = image.Verify(key)
	}
	if errors.Is(err, firmware.ErrFormat) {
		err = fmt.Errorf("%w; `lobby firmware sign` makes an image of a program", err)
	}
	if errors.Is(err, firmware.ErrSignature) {
		err = fmt.Errorf("%w %s; get the image, or the key, from its maker once more", err, keyPath)
	}
	if err != nil {
		return firmware.Image{}, fmt.Errorf("%s: %w", path, err)
	}
	return image, nil
}

// readSmall reads a file that must not be larger than an image.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxImageFile+1))
	if err == nil && len(data) > maxImageFile {
		err = fmt.Errorf("%s is larger than %d bytes, which no board holds", path, firmware.MaxSize)
	}
	return data, err
}

// keyFlag adds --key, which may also come from LOBBY_FIRMWARE_KEY.
func keyFlag(c *cobra.Command, what string) *string {
	return c.Flags().String("key", os.Getenv("LOBBY_FIRMWARE_KEY"), what+" (or LOBBY_FIRMWARE_KEY)")
}

// describe writes what an image is.
func describe(w io.Writer, path string, i firmware.Image) error {
	_, err := fmt.Fprintf(w, "%s: board %d, version %v, build %q, %d bytes, SHA-256 %x: signed and whole\n",
		path, i.Board, i.Version, i.Build, i.Size, i.SHA256)
	return err
}

func verifyCommand() *cobra.Command {
	c := &cobra.Command{Use: "verify --key FILE IMAGE…", Short: "Check that images are whole and signed", Args: cobra.MinimumNArgs(1)}
	key := keyFlag(c, "public key of the firmware's maker")
	c.RunE = func(c *cobra.Command, paths []string) error {
		var errs []error
		for _, path := range paths {
			image, err := readImage(path, *key)
			if err == nil {
				err = describe(c.OutOrStdout(), path, image)
			}
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}
	return c
}

func signCommand() *cobra.Command {
	c := &cobra.Command{Use: "sign --key FILE --board N --version X.Y.Z --out IMAGE PROGRAM", Short: "Make a signed image of a program", Args: cobra.ExactArgs(1)}
	key := keyFlag(c, "private key")
	board := c.Flags().Uint32("board", 0, "number of the board that the program is for")
	version := c.Flags().String("version", "", "version of the program, such as 1.4.0")
	build := c.Flags().String("build", "", "which source it was made from, at most 16 bytes")
	out := c.Flags().String("out", "", "image to write")
	c.RunE = func(c *cobra.Command, args []string) error {
		about := bridge.Statement{Board: *board, Build: *build}
		var err error
		if about.Version, err = parseVersion(*version); err == nil && *board == 0 {
			err = errors.New("--board is missing: an image is for one kind of board")
		}
		if err == nil && *out == "" {
			err = errors.New("--out is missing")
		}
		if err != nil {
			return usageError{err}
		}
		return signProgram(c.OutOrStdout(), *key, *out, args[0], about)
	}
	return c
}

// signProgram makes an image file of a program.
func signProgram(w io.Writer, keyPath, out, program string, about bridge.Statement) error {
	key, err := readPrivateKey(keyPath)
	if err != nil {
		return err
	}
	data, err := readSmall(program)
	if err != nil {
		return err
	}
	image, err := firmware.Sign(key, about, data)
	if err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	if err := os.WriteFile(out, image.Append(nil), 0o644); err != nil {
		return err
	}
	return describe(w, out, image)
}

// parseVersion reads 1.4.0.
func parseVersion(s string) (v bridge.Version, err error) {
	var end string
	n, _ := fmt.Sscanf(s+" .", "%d.%d.%d %s", &v[0], &v[1], &v[2], &end)
	if n != 4 || end != "." || v.String() != s {
		return v, fmt.Errorf("--version %q is not like 1.4.0, each number at most 255", s)
	}
	return v, nil
}

func keygenCommand() *cobra.Command {
	c := &cobra.Command{Use: "keygen NAME", Short: "Make a pair of keys, NAME.key and NAME.pub", Args: cobra.ExactArgs(1)}
	c.RunE = func(c *cobra.Command, args []string) error {
		public, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			return err
		}
		if err := writeKeys(args[0], private); err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s.key signs images: keep it off this hall's computer, and a copy in a safe place.\n"+
			"%s.pub checks them. Boards need it in hex: %x\n", args[0], args[0], []byte(public))
		return err
	}
	return c
}
