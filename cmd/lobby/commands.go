package main

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lobby/devices/camera/child"
)

// rootCommand is the program's command line, as the outside contract says.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "lobby", Short: "Run the devices and the queue of a public service hall",
		SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(runCommand(), demoCommand(), checkCommand(), slipCommand(), trailCommand(), simulateCommand(), doctorCommand(), tapCommand(), backupCommand(), restoreCommand(), cameraCommand(), webrtcCommand(), keypadCommand(), accessCommand(), tlsCommand(), firmwareCommand(), versionCommand())
	for _, c := range append(root.Commands(), root) {
		strict(c)
	}
	return root
}

// strict makes wrong arguments a usage error.
func strict(c *cobra.Command) {
	if args := c.Args; args != nil {
		c.Args = func(c *cobra.Command, a []string) error {
			if err := args(c, a); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
}

func runCommand() *cobra.Command {
	c := &cobra.Command{Use: "run --config FILE", Short: "Run a hall", Args: cobra.NoArgs}
	config := configFlag(c)
	listen := c.Flags().String("listen", os.Getenv("LOBBY_LISTEN"), "web address, instead of the file's (or LOBBY_LISTEN)")
	data := c.Flags().String("data", os.Getenv("LOBBY_DATA"), "data directory, instead of the file's (or LOBBY_DATA)")
	c.RunE = func(c *cobra.Command, _ []string) error {
		file, err := load(*config)
		if err != nil {
			return usageError{err}
		}
		file.fit = func(h *hallFile) { h.Listen, h.Data = cmp.Or(*listen, h.Listen), cmp.Or(*data, h.Data) }
		file.fit(file)
		out := newOutlet(os.Stderr)
		defer out.end()
		return runHalls(c.Context(), file, logger(out, slog.LevelInfo), func(l *lobby) error {
			l.log.Info("the hall runs", "hall", l.file.Hall.Name, "url", l.url())
			return nil
		})
	}
	return c
}

func checkCommand() *cobra.Command {
	c := &cobra.Command{Use: "check --config FILE", Short: "Check a hall file without starting anything", Args: cobra.NoArgs}
	config := configFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		file, err := load(*config)
		if err != nil {
			return usageError{err}
		}
		_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s, %d windows, %d services, %d items, %d cameras: all in order\n",
			*config, file.Hall.Name, len(file.Windows), len(file.Services), file.items.Len(), len(file.Cameras))
		return err
	}
	return c
}

// configFlag adds --config, which may also come from LOBBY_CONFIG.
func configFlag(c *cobra.Command) *string {
	path := c.Flags().String("config", os.Getenv("LOBBY_CONFIG"), "hall file (or LOBBY_CONFIG)")
	c.PreRunE = func(*cobra.Command, []string) error {
		if *path == "" {
			return usageError{fmt.Errorf("%s: --config FILE is missing", c.CommandPath())}
		}
		return nil
	}
	return path
}

func cameraCommand() *cobra.Command {
	var level slog.Level
	c := &cobra.Command{
		Use: "camera", Short: "Find cameras; alone, the hall's own process that reads what cameras send", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return child.Run(c.Context(), os.Stdin, os.Stdout, logger(os.Stderr, level))
		},
	}
	c.Flags().TextVar(&level, "log", slog.LevelInfo, "least level of the log; the hall gives its own")
	c.AddCommand(cameraFindCommand())
	return c
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print version, commit and Go version", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "lobby", version, build(), runtime.Version())
			return err
		},
	}
}

// version is the next release's; releases set it when they are built.
const version = "0.1.0"

// build names this build: the commit, or "dev".
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dev"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return "dev"
}

// logger writes text for people at a terminal, JSON lines otherwise.
func logger(w io.Writer, level slog.Level) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	to := w
	if out, ok := w.(*outlet); ok {
		to = out.to
	}
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
