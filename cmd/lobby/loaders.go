package main

import (
	"context"
	"fmt"
	"strings"

	"lobby/devices/wire"
	bridge "lobby/firmware-bridge"
	"lobby/firmware-bridge/esp32"
	"lobby/firmware-bridge/stm32"
	firmware "lobby/firmware-bridge/update"
	"lobby/firmware-bridge/xmodem"
	"lobby/queue"
)

// loader brings an image to a chip on a wire and says what ran there before.
type loader func(ctx context.Context, f *flasher, w wire.Conn, b chip, progress func(done int)) (was string, err error)

// loaders are the ways into a chip.
var loaders = map[string]loader{"hb1": loadHB1, "stm32": loadSTM32, "esp32": loadESP32, "xmodem": loadXmodem}

func loaderNames() string { return strings.Join(sorted(loaders), ", ") }

// loadHB1 updates a board over its own line.
func loadHB1(ctx context.Context, f *flasher, w wire.Conn, b chip, progress func(int)) (string, error) {
	l := firmware.Open(ctx, w, b.address)
	defer l.Close()
	h, err := l.Hello(3)
	if err != nil {
		return "", fmt.Errorf("%w: check its power, its address and the bus", err)
	}
	was := bridge.Version(h.Firmware).String()
	if err := f.permit(b, h); err != nil {
		return was, err
	}
	err = l.Run(ctx, firmware.NewSender(f.image, f.again), func(sent, _ int) { progress(sent) })
	if ctx.Err() != nil {
		err = fmt.Errorf("ended in the middle; the board keeps what it has and boots a whole image whatever comes, and the same command goes on from there: %w", ctx.Err())
	}
	return was, err
}

// unknown is what ran on a chip in its maker's loader, which cannot say it.
const unknown = "unknown"

// sworn demands that the operator says which board is on the wire, where the
// loader cannot.
func (f *flasher) sworn() error {
	if f.board == f.image.Board {
		return nil
	}
	return &queue.Refusal{Code: "wrong_board", Say: fmt.Sprintf("the image is for board %d and the %s loader cannot say which board this is: look at it, and say so with --board %d", f.image.Board, f.loader, f.image.Board)}
}

// loadSTM32 writes the flash of an STM32 through its maker's loader.
func loadSTM32(ctx context.Context, f *flasher, w wire.Conn, b chip, progress func(int)) (string, error) {
	if err := f.sworn(); err != nil {
		return unknown, err
	}
	if b.wire.Scheme == wire.Serial && b.wire.Mode.Parity() != 'E' {
		return unknown, usageError{fmt.Errorf("the loader of an STM32 wants even parity: write the wire with mode=8E1")}
	}
	l, err := stm32.Open(ctx, w)
	if err != nil {
		return unknown, err
	}
	defer l.Close()
	return unknown, l.Flash(ctx, f.image.Data, stm32.FlashStart, progress)
}

// loadESP32 writes the program of an ESP32 through the loader in its ROM.
func loadESP32(ctx context.Context, f *flasher, w wire.Conn, _ chip, progress func(int)) (string, error) {
	if err := f.sworn(); err != nil {
		return unknown, err
	}
	return unknown, esp32.Flash(ctx, w, f.image.Data, esp32.AppOffset, progress)
}

// loadXmodem gives the image to a loader that asks for it by XMODEM.
func loadXmodem(ctx context.Context, f *flasher, w wire.Conn, _ chip, progress func(int)) (string, error) {
	if err := f.sworn(); err != nil {
		return unknown, err
	}
	return unknown, xmodem.Send(ctx, w, f.image.Data, false, progress)
}
