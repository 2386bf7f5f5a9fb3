package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"lobby/display/settings"
	"lobby/queue"
)

// settingsFolder is beside the trail.
const settingsFolder = "settings"

// openSettings lets pages change the hall file, where it is one that can be.
func (l *lobby) openSettings() {
	if l.file.path != "" {
		l.settings = settings.Open(l.file.path, filepath.Join(l.file.Data, settingsFolder), l.file.hash, l.faults, time.Now)
	}
}

// approved is who put the file in force on a page; false when nobody did.
func (l *lobby) approved() (settings.Version, bool) {
	if l.settings == nil {
		return settings.Version{}, false
	}
	return l.settings.Approved(l.file.hash)
}

// faults says what is wrong with a text for the hall file: in itself, and with
// what the hall is doing now.
func (l *lobby) faults(text []byte) []settings.Fault {
	next, err := parseHall(os.DirFS(filepath.Dir(l.file.path)), text, filepath.Base(l.file.path))
	if err == nil {
		next.fit = l.file.fit
		next.fit(next)
		err = l.mayTakeEffect(next)
	}
	return faultsOf(err, filepath.Base(l.file.path))
}

// mayTakeEffect asks the hall whether it could go on with a file, without
// doing it.
func (l *lobby) mayTakeEffect(next *hallFile) error {
	if next.hash == l.file.hash {
		return nil
	}
	var refusal error
	err := l.hall.Read(l.group.ctx, func(s *queue.State) {
		_, refusal = s.Decide(queue.Input{At: time.Now().UTC().Truncate(time.Millisecond), Nonce: nonce()}, next.activate())
	})
	return errors.Join(err, refusal)
}

// faultsOf gives the faults of a hall file their places. Those of a file
// beside it name that file instead.
func faultsOf(err error, name string) []settings.Fault {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []settings.Fault
		for _, e := range many.Unwrap() {
			all = append(all, faultsOf(e, name)...)
		}
		return all
	}
	f, ok := err.(*fileErrors)
	if !ok || f.name != name {
		return []settings.Fault{{Say: err.Error()}}
	}
	var all []settings.Fault
	for _, e := range f.errs {
		fault := settings.Fault{Say: e.Error()}
		if p, ok := errors.AsType[*place](e); ok {
			fault = settings.Fault{Line: p.line, Column: p.column, Say: p.say}
		}
		all = append(all, fault)
	}
	return all
}

// renewal is the settings of a running hall: what is put in force makes it
// start anew.
type renewal struct {
	*settings.Book
	lobby *lobby
}

// Activate implements api.Settings. The hall ends after the answer is written;
// whoever waits for it starts the next.
func (r renewal) Activate(hash, approver string) error {
	if err := r.Book.Activate(hash, approver); err != nil {
		return err
	}
	next, err := r.lobby.file.again()
	if err != nil {
		return errors.Join(err, r.Book.GoBack(r.lobby.file.hash, err.Error()))
	}
	r.lobby.next.Store(next)
	r.lobby.group.cancel()
	return nil
}

// runHalls runs a hall, and again with every version of its file that is put
// in force. One that does not start goes back to the version before. Ready is
// told of each hall that runs.
func runHalls(ctx context.Context, file *hallFile, log *slog.Logger, ready func(*lobby) error) error {
	var before *lobby // whose file was good
	for {
		l, err := start(ctx, file, log)
		if err == nil {
			if err = ready(l); err != nil {
				l.group.cancel()
			}
			err = errors.Join(err, l.wait())
			next := l.next.Load()
			if err != nil || next == nil || ctx.Err() != nil {
				return err
			}
			before, file = l, next
			continue
		}
		if before == nil || ctx.Err() != nil {
			return err
		}
		log.Error("the hall does not start with the new settings and goes back", "err", err)
		if file, err = goBack(before, err); err != nil {
			return err
		}
		before = nil
	}
}

// goBack is the file of a hall that ran, after the next one did not. Its
// version takes the next number, whatever the file says: it comes back after
// another may have been in force.
func goBack(before *lobby, why error) (*hallFile, error) {
	if err := before.settings.GoBack(before.file.hash, why.Error()); err != nil {
		return nil, err
	}
	file, err := before.file.again()
	if err == nil {
		file.Activation.Version = 0
	}
	return file, err
}
