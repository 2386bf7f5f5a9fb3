package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lobby/devices/wire"
	bridge "lobby/firmware-bridge"
	firmware "lobby/firmware-bridge/update"
	"lobby/queue"
)

// flasher is one `lobby firmware flash`.
type flasher struct {
	out       io.Writer
	image     firmware.Image
	loader    string
	board     uint32 // said by the operator, for loaders that cannot say it
	downgrade string // reasons to do what is refused otherwise
	open      string
	again     bool
	book      *flashBook
}

const flashLong = `Flash brings a signed image to boards, one after the other, and stops at the
first that fails. A board that was cut off, by a loss of power or because this
command was ended, goes on where it was when the command is given again.

The hall must not run meanwhile, because it owns the wires, and its day must be
closed. Loaders: hb1, our own boards over their line; stm32, an STM32 that was
reset with BOOT0 high (mode=8E1); esp32, an ESP32 that was reset with GPIO0 low;
xmodem, a boot loader that asks for XMODEM.`

func flashCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "flash --key FILE (--config FILE NAME… | --wire URL --address N) IMAGE",
		Short: "Bring a signed image to boards", Long: flashLong, Args: cobra.MinimumNArgs(1),
	}
	f := &flasher{}
	key, places := keyFlag(c, "public key of the firmware's maker"), placeFlags(c)
	hall := c.Flags().String("hall", "", "address of the running hall, instead of the hall file's")
	c.Flags().StringVar(&f.loader, "loader", "hb1", "who takes the image: "+loaderNames())
	c.Flags().Uint32Var(&f.board, "board", 0, "which board is on the wire, for loaders that cannot say it")
	c.Flags().StringVar(&f.downgrade, "downgrade", "", "reason to go back to an older version")
	c.Flags().StringVar(&f.open, "open", "", "reason to flash while the day is open")
	c.Flags().BoolVar(&f.again, "again", false, "send the image also to a board that runs its version")
	c.RunE = func(c *cobra.Command, args []string) error {
		f.out = c.OutOrStdout()
		return f.command(c.Context(), *key, *hall, places, args)
	}
	return c
}

// command checks everything that can be checked before a wire is opened.
func (f *flasher) command(ctx context.Context, key, hall string, p places, args []string) error {
	if loaders[f.loader] == nil {
		return usageError{fmt.Errorf("no loader %q; there are %s", f.loader, loaderNames())}
	}
	names := args[:len(args)-1]
	if len(names) == 0 && *p.wire == "" {
		return usageError{errors.New("which boards? name them as in the hall file, before the image, or give a --wire")}
	}
	boards, file, err := p.find(names)
	if err != nil {
		return err
	}
	if f.image, err = readImage(args[len(args)-1], key); err != nil {
		return err
	}
	if err := oneOfEach(boards); err != nil {
		return err
	}
	listen := "127.0.0.1:8080"
	if file != nil {
		listen = cmp.Or(file.Listen, listen)
		f.book = newFlashBook(file.Data)
	}
	if f.open == "" {
		if err := closedDoors(ctx, cmp.Or(hall, "http://"+listen), file); err != nil {
			return err
		}
	}
	for i, b := range boards {
		if err := f.flash(ctx, b); err != nil {
			return fmt.Errorf("%s: %w%s", b.name, err, untouched(boards[i+1:]))
		}
	}
	return nil
}

// untouched names the boards that were not come to.
func untouched(boards []chip) string {
	if len(boards) == 0 {
		return ""
	}
	say := "; not touched:"
	for _, b := range boards {
		say += " " + b.name
	}
	return say
}

// flash brings the image to one board and notes it.
func (f *flasher) flash(ctx context.Context, b chip) error {
	release, err := f.book.claim(b)
	if err != nil {
		return err
	}
	defer release()
	began := time.Now()
	bar := progress(b.name, int64(len(f.image.Data)))
	var was string
	err = onWire(ctx, b.wire, func(w wire.Conn) (err error) {
		was, err = loaders[f.loader](ctx, f, w, b, bar.set)
		return err
	})
	bar.end()
	f.book.note(entry{
		At: began.UTC(), Unit: b.name, Loader: f.loader, From: was, To: f.image.Version.String(), Build: f.image.Build,
		SHA256: fmt.Sprintf("%x", f.image.SHA256), Downgrade: f.downgrade, Open: f.open, Error: say(err),
	})
	if err != nil {
		return err
	}
	if was == f.image.Version.String() && !f.again {
		_, err = fmt.Fprintf(f.out, "%s: runs %s already and keeps it; --again sends it all the same\n", b.name, was)
		return err
	}
	_, err = fmt.Fprintf(f.out, "%s: %s → %v, %d bytes in %.1f s\n", b.name, was, f.image.Version, f.image.Size, time.Since(began).Seconds())
	return err
}

func say(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// permit judges an image for a board that said what it is and runs.
func (f *flasher) permit(b chip, h bridge.Hello) error {
	if uid := fmt.Sprintf("%x", h.UID); b.uid != "" && !strings.EqualFold(b.uid, uid) {
		return &queue.Refusal{Code: "other_board", Say: fmt.Sprintf("at address %d is the board %s, not %s of the hall file: was it replaced?", b.address, uid, b.uid)}
	}
	if f.image.Board != h.Board {
		return &queue.Refusal{Code: "wrong_board", Say: fmt.Sprintf("the image is for board %d, this is board %d, %s: take the image that was made for it", f.image.Board, h.Board, h.Name)}
	}
	if bytes.Compare(f.image.Version[:], h.Firmware[:]) < 0 && f.downgrade == "" {
		return &queue.Refusal{Code: "downgrade", Say: fmt.Sprintf("it runs %v, which is newer than %v: say why it has to go back with --downgrade REASON", bridge.Version(h.Firmware), f.image.Version)}
	}
	return nil
}
