//go:build ignore

// Command render draws the films of the emulated cameras picture by picture
// in Chromium and has ffmpeg encode them. Run it through make.sh.
package main

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	seconds = 16   // LOOP in scene.html
	stillAt = 69   // the picture that is kept as PNG
	rate    = 12.5 // FrameRate of devices/emulator/camera
	// maxSize of a film in bytes: they are part of the program.
	maxSize = 400 << 10
)

func main() {
	page := flag.String("page", "scene.html", "the page that draws")
	out := flag.String("out", ".", "folder for the films")
	still := flag.String("stills", "", "folder for one PNG of each film")
	chromium := flag.String("chromium", "chromium", "the browser")
	flag.Parse()
	if err := render(*page, *out, *still, *chromium); err != nil {
		log.Fatal(err)
	}
}

func render(page, out, still, chromium string) error {
	abs, err := filepath.Abs(page)
	if err != nil {
		return err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+abs)); err != nil {
		return err
	}
	for _, kind := range []string{"counter", "seats", "kiosk", "entrance"} {
		if err := film(ctx, kind, out, still); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

func film(ctx context.Context, kind, out, still string) error {
	file := filepath.Join(out, kind+".h264")
	// No pictures out of order, a key picture every two seconds, one slice each:
	// what the cheapest camera sends.
	cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-y",
		"-f", "image2pipe", "-c:v", "png", "-framerate", fmt.Sprint(rate), "-i", "-",
		"-pix_fmt", "yuv420p", "-c:v", "libx264", "-profile:v", "main", "-level", "3.1", "-preset", "veryslow",
		"-crf", "27", "-bf", "0", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0", "-slices", "1", "-threads", "1",
		"-x264-params", "sliced-threads=0:force-cfr=1", "-bsf:v", "filter_units=remove_types=6", "-f", "h264", file)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := pictures(ctx, kind, still, in); err != nil {
		return err
	}
	if err := in.Close(); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Println(file, info.Size())
	if info.Size() > maxSize {
		return fmt.Errorf("%d bytes are more than %d", info.Size(), maxSize)
	}
	return nil
}

func pictures(ctx context.Context, kind, still string, w io.Writer) error {
	for n := range int(seconds * rate) {
		call := fmt.Sprintf("frame(%q, %f)", kind, float64(n)/rate)
		url, err := chromedp.Run(ctx, chromedp.Evaluate[string](call))
		if err != nil {
			return err
		}
		png, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(url, "data:image/png;base64,"))
		if err != nil {
			return err
		}
		if _, err := w.Write(png); err != nil {
			return err
		}
		if still != "" && n == stillAt {
			if err := os.WriteFile(filepath.Join(still, kind+".png"), png, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
