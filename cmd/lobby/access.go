package main

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"lobby/display/access"
)

func accessCommand() *cobra.Command {
	c := &cobra.Command{Use: "access", Short: "Who may sign in at the hall's pages", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(accessAddCommand(), accessListCommand(), accessRemoveCommand())
	return c
}

func bookFlag(c *cobra.Command, file *string) {
	c.Flags().StringVar(file, "file", "", "the book of accounts, as in the hall file's access section")
}

var errNoBook = usageError{errors.New("--file FILE is missing; write the one of the hall file's access section")}

func accessAddCommand() *cobra.Command {
	var file, name string
	var role string
	c := &cobra.Command{
		Use: "add BADGE", Short: "Add a person or device, or give one another secret", Args: cobra.ExactArgs(1),
		Long: "The secret of a person is read from the terminal, or as one line from standard input:\na PIN of at least 4 digits for role window, else a password of at least 10 characters.\n" +
			"A kiosk or wall is named like kiosk:k1; its secret is made and printed once, as the\naddress that the device's browser starts with. Running halls know of it at once; a hall that is stopped\nnotes it in its trail when it starts.\n\nRoles: " + roleNames(),
		RunE: func(c *cobra.Command, args []string) error {
			if file == "" {
				return errNoBook
			}
			book, err := access.CreateBook(file)
			if err != nil {
				return err
			}
			secret, device := "", access.Role(role) == access.Kiosk || access.Role(role) == access.Wall
			if device {
				secret = deviceSecret()
			} else if secret, err = readPassword(c); err != nil {
				return err
			}
			if err := book.Set(args[0], name, access.Role(role), secret, time.Now()); err != nil {
				if errors.Is(err, access.ErrRole) {
					return usageError{fmt.Errorf("%w; --role is one of %s", err, roleNames())}
				}
				return err
			}
			if device {
				fmt.Fprintf(c.OutOrStdout(), "/signin?to=/%s#%s:%s\n", strings.Replace(args[0], ":", "/", 1), args[0], secret)
			}
			return nil
		},
	}
	bookFlag(c, &file)
	c.Flags().StringVar(&name, "name", "", "name that colleagues see")
	c.Flags().StringVar(&role, "role", "", "what they may do")
	return c
}

func roleNames() string {
	var names []string
	for _, r := range access.Roles() {
		if r != access.Citizen {
			names = append(names, string(r))
		}
	}
	return strings.Join(names, ", ")
}

func deviceSecret() string {
	secret := make([]byte, 24)
	_, _ = rand.Read(secret) // never fails
	return hex.EncodeToString(secret)
}

// readPassword asks at a terminal, twice, and takes a line elsewhere.
func readPassword(c *cobra.Command) (string, error) {
	in, ok := c.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		line, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
		if line == "" && err != nil {
			return "", fmt.Errorf("read the secret: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	var said [2][]byte
	for i, prompt := range []string{"secret: ", "once more: "} {
		fmt.Fprint(c.ErrOrStderr(), prompt)
		var err error
		if said[i], err = term.ReadPassword(int(in.Fd())); err != nil {
			return "", err
		}
		fmt.Fprintln(c.ErrOrStderr())
	}
	if !slices.Equal(said[0], said[1]) {
		return "", errors.New("the two are not the same; nothing was changed")
	}
	return string(said[0]), nil
}

func accessListCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "list", Short: "List who may sign in", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if file == "" {
				return errNoBook
			}
			book, err := access.OpenBook(file)
			if err != nil {
				return err
			}
			accounts, err := book.Accounts()
			for _, a := range accounts {
				fmt.Fprintf(c.OutOrStdout(), "%s\t%s\t%s\tsince %s\n", a.Badge, a.Role, a.Name, a.Since.Format(time.DateOnly))
			}
			return err
		},
	}
	bookFlag(c, &file)
	return c
}

func accessRemoveCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "remove BADGE", Short: "Take somebody off; who is signed in is out at once", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if file == "" {
				return errNoBook
			}
			book, err := access.OpenBook(file)
			if err != nil {
				return err
			}
			return book.Remove(args[0])
		},
	}
	bookFlag(c, &file)
	return c
}
