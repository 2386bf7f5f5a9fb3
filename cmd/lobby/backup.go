package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	osuser "os/user"
	"path/filepath"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"lobby/queue"
	"lobby/queue/hall"
	"lobby/queue/trail"
	"lobby/queue/trail/checkpoint"
	"lobby/queue/trail/owner"
)

// ageIntro is how a file of age begins.
const ageIntro = "age-encryption.org/v1\n"

func backupCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "backup --data DIR --out FILE", Short: "Copy the trail of a hall, also while it runs", Args: cobra.NoArgs,
		Long: "Copy the trail of a hall, also while it runs.\n\nWith --recipient the copy is encrypted with age, and the key that signs the trail is in it too.\nWithout, keep a copy of " + checkpoint.KeyFile + " in a safe place.\n\n" +
			"That it was taken is a record of the trail, access.noted: by whom, up to which record and for which\nrecipients. Where that cannot be recorded the copy is made nevertheless, and it is said.",
	}
	data := dataFlag(c)
	out := c.Flags().String("out", "", "file to write, - for the standard output")
	recipients := c.Flags().StringArray("recipient", nil, "age public key (age1…) that can read the copy; may be repeated")
	by := c.Flags().String("by", "", "badge of whoever takes the copy; without, the user of the operating system is recorded")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *out == "" {
			return usageError{errors.New("backup: --out FILE is missing")}
		}
		var to []age.Recipient
		for _, r := range *recipients {
			recipient, err := age.ParseX25519Recipient(r)
			if err != nil {
				return usageError{fmt.Errorf("--recipient %s is no public key of age, which begins with age1; age-keygen -o FILE makes a key and prints it, and the keys of ssh are not taken: %w", r, err)}
			}
			to = append(to, recipient)
		}
		return backup(c.Context(), *data, *out, to, queue.NoteBackup{By: cmp.Or(*by, systemUser()), Recipients: *recipients}, c.OutOrStdout(), c.ErrOrStderr())
	}
	return c
}

// backup writes the copy beside its place and moves it there when it is whole
// and durable, and it is recorded who took it. Without the record it is better
// than no copy.
func backup(ctx context.Context, data, out string, to []age.Recipient, who queue.NoteBackup, stdout, stderr io.Writer) error {
	r, err := trail.Read(data)
	if err != nil {
		return err
	}
	defer r.Close()
	err = outFile{out, true}.write(ctx, stdout, func(w io.Writer) (err error) {
		if who.Records, err = writeBackup(ctx, r, w, to); err != nil {
			return err
		}
		who.Taken = time.Now().UTC().Truncate(time.Millisecond)
		if err := recordBackup(ctx, data, who); err != nil {
			fmt.Fprintf(stderr, "backup: the trail does not say that this copy was taken: %v\n", err)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if len(to) == 0 {
		fmt.Fprintln(stderr, "backup: the copy is not encrypted and what is personal of the last weeks is in it; with --recipient age1… it is read with the key alone")
	}
	return nil
}

// systemUser is who runs the program, so that it is taken for no badge.
func systemUser() string {
	u, err := osuser.Current()
	if err != nil {
		return fmt.Sprint("user:", os.Getuid())
	}
	return "user:" + u.Username
}

func writeBackup(ctx context.Context, r *trail.Reader, w io.Writer, to []age.Recipient) (last uint64, err error) {
	if len(to) == 0 {
		return r.Backup(ctx, w)
	}
	sealed, err := age.Encrypt(w, to...)
	if err != nil {
		return 0, err
	}
	last, err = r.Backup(ctx, sealed, checkpoint.KeyFile, checkpoint.NextKeyFile)
	return last, errors.Join(err, sealed.Close())
}

func restoreCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "restore --data DIR FILE", Short: "Make a data directory of a backup", Args: cobra.ExactArgs(1),
		Long: "Make a data directory of a backup.\n\nWhat was recorded after the backup is lost. So that no number comes a second time on paper, numbers\ngo on in a block of their own until the day is over, and the trail gets a new epoch.",
	}
	data := dataFlag(c)
	identity := c.Flags().String("identity", "", "file with the age identity, for an encrypted backup")
	block := c.Flags().Int("block", 500, "how far numbers are moved; more than were given since the backup")
	c.RunE = func(c *cobra.Command, args []string) error {
		if *block < 1 {
			return usageError{errors.New("restore: --block must be above 0, or numbers would repeat")}
		}
		said, err := restore(c.Context(), *data, args[0], *identity, *block, time.Now())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(c.OutOrStdout(), said)
		return err
	}
	return c
}

func restore(ctx context.Context, data, file, identity string, block int, now time.Time) (said string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	plain, err := unsealed(f, identity)
	if err != nil {
		return "", fmt.Errorf("restore: %s: %w", file, err)
	}
	_, before := os.Stat(data)
	old, raised, err := trail.Restore(data, plain)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	// The latest day that it is anywhere by now: the hall's time zone is not
	// in the backup.
	until := now.UTC().Add(14 * time.Hour).Format(time.DateOnly)
	seq, err := tellOnce(ctx, data, func(*trail.Trail) (queue.Command, error) {
		return queue.RestoreTrail{Old: old, New: raised, Until: until, Block: block}, nil
	})
	if err != nil {
		return "", fmt.Errorf("restore: the trail of %s is not good; remove it and take another backup: %w", data, err)
	}
	return fmt.Sprintf("%s holds %d records now; the epoch was %s and is %s; until the end of %s numbers are moved by %d%s",
		filepath.Clean(data), seq, old, raised, until, block, keyMissing(data)+rootsOwn(data, before)), nil
}

// rootsOwn says that a directory which the restore made, before which it was
// missing, is root's: nobody has said yet as whom the hall runs.
func rootsOwn(data string, before error) string {
	if !errors.Is(before, fs.ErrNotExist) || !owner.Rooted(data) {
		return ""
	}
	return "\n" + filepath.Clean(data) + " belongs to root; where the hall runs as another user, say chown -R USER: " + filepath.Clean(data)
}

// keyMissing says that a copy had no key with it: without one the hall would make
// another, which nobody who keeps the old one trusts.
func keyMissing(data string) string {
	if _, err := os.Stat(filepath.Join(data, checkpoint.KeyFile)); !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return "\nthe copy was without the key that signs; put " + checkpoint.KeyFile + " into " + filepath.Clean(data) + " before the hall starts, or it makes a new one that nobody knows"
}

// unsealed decrypts what age has encrypted, and leaves anything else as it is.
func unsealed(f io.Reader, identity string) (io.Reader, error) {
	in := bufio.NewReader(f)
	if intro, _ := in.Peek(len(ageIntro)); !bytes.Equal(intro, []byte(ageIntro)) { // a shorter file is not one of age
		return in, nil
	}
	if identity == "" {
		return nil, errors.New("the backup is encrypted; name the file with its age identity by --identity")
	}
	keys, err := os.Open(identity)
	if err != nil {
		return nil, err
	}
	defer keys.Close()
	ids, err := age.ParseIdentities(keys)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", identity, err)
	}
	return age.Decrypt(in, ids...)
}

// tellOnce has a hall that does not run record one command, after all of its
// records were checked, and tells its number.
func tellOnce(ctx context.Context, dir string, what func(*trail.Trail) (queue.Command, error)) (seq uint64, err error) {
	t, err := trail.Open(dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if err := t.Replay(nil, func(queue.Record) error { return nil }); err != nil {
		return 0, err
	}
	h, err := hall.Open(hall.Options{Trail: t, Now: time.Now, Nonce: nonce, Location: time.UTC, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	c, err := what(t)
	if err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	answer, err := h.Do(ctx, hall.Request{Actor: "lobby", Command: c})
	stop()
	if err = errors.Join(err, <-ended); err == nil && answer.Refusal != nil {
		err = answer.Refusal
	}
	if err != nil {
		return 0, err
	}
	return answer.Seq[len(answer.Seq)-1], nil
}
