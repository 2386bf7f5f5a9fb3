package broker

import (
	"context"
	"log/slog"
)

// onlyErrors keeps the library's chatter out of the log: it warns for every
// packet of a broken client, with the packet. Our own hook says what an
// operator should know.
type onlyErrors struct{ slog.Handler }

func (h onlyErrors) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && h.Handler.Enabled(ctx, l)
}

func (h onlyErrors) WithAttrs(as []slog.Attr) slog.Handler {
	return onlyErrors{h.Handler.WithAttrs(as)}
}

func (h onlyErrors) WithGroup(name string) slog.Handler {
	return onlyErrors{h.Handler.WithGroup(name)}
}
