package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	c "github.com/chromedp/chromedp"

	"lobby/display/access"
)

// chip is a security chip of the browser's computer, as Chromium plays it.
func (b *browser) chip() (id webauthn.AuthenticatorID) {
	b.t.Helper()
	id, err := c.Run(b.ctx, func(ctx context.Context, t *c.Target) (webauthn.AuthenticatorID, error) {
		if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return "", err
		}
		made, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		return made.AuthenticatorID, err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// A manager signs in by password once, adds a passkey, and from then on signs
// in by it; without the person at the chip, with a forged signature, or after
// the account got another secret, it opens nothing.
func TestForeignBrowserSignsInByPasskey(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	dir := t.TempDir()
	book, err := access.CreateBook(filepath.Join(dir, "access.json"))
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now().Add(-time.Minute)
	if err := errors.Join(book.Set("0531", "王芳", access.Manager, "canary-a long password", before), book.Set("0412", "李", access.Window, "4711", before)); err != nil {
		t.Fatal(err)
	}
	hall := strings.Replace(strings.ReplaceAll(signedHallFile, "DIR", dir), "tls: {cert_file: "+dir+"/server.pem, key_file: "+dir+"/server.key}\n", "", 1)
	p := startLobby(t, "run", "--config", mustWrite(t, filepath.Join(dir, "hall.yaml"), hall))
	url := strings.Replace(p.url, "127.0.0.1", "localhost", 1) // passkeys need a name
	b.open(url+"/signin?lang=en", 480, 800)
	chip := b.chip()
	b.sees("the form", `return !!document.querySelector('.second')`)
	b.does(`(f=>{f.badge.value='0531';f.secret.value='canary-a long password';f.requestSubmit()})(document.querySelector('form'))`)
	b.sees("the front door", `return location.pathname==='/'`)
	b.open(url+"/signin?lang=en", 480, 800)
	b.sees("who is signed in", `return document.querySelector('h1')?.textContent==='王芳'`)
	b.shoot("signin-account")
	b.does(`document.querySelector('button').click()`)
	b.sees("the passkey is added", `return document.querySelector('.done')?.textContent.includes('Added')`)
	b.does(`document.querySelector('button').click()`)
	b.sees("the same chip again", `return document.querySelector('.problem').textContent.includes('already')`)
	out := func() {
		t.Helper()
		b.open(url+"/signin?lang=en", 480, 800)
		b.sees("the account", `return !!document.querySelector('h1')`)
		b.does(`document.querySelector('.second').click()`)
		b.sees("signed out", `return !!document.querySelector('[name=badge]')`)
	}
	out()
	b.does(`document.querySelector('.second').click()`)
	b.sees("in by passkey", `return location.pathname==='/'`)
	out()
	override := func(o webauthn.SetResponseOverrideBitsParams) {
		t.Helper()
		o.AuthenticatorID = chip
		if _, err := c.Run(b.ctx, func(ctx context.Context, t *c.Target) (c.Void, error) {
			_, err := cdp.Call(ctx, t, webauthn.SetResponseOverrideBits, o)
			return c.Void{}, err
		}); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(why string) {
		t.Helper()
		b.does(`document.querySelector('.second').click()`)
		b.sees(why, `return document.querySelector('.problem').textContent.includes('does not know')`)
	}
	yes := true
	override(webauthn.SetResponseOverrideBitsParams{IsBogusSignature: &yes})
	refused("a forged signature")
	override(webauthn.SetResponseOverrideBitsParams{IsBadUV: &yes})
	refused("nobody at the chip")
	override(webauthn.SetResponseOverrideBitsParams{})
	if err := book.Set("0531", "王芳", access.Manager, "another long password", time.Now()); err != nil {
		t.Fatal(err)
	}
	refused("another secret")
}
