package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayImport is the picture of hardware-docs/architecture.md as a table: which
// of our packages each package may import. A pattern ending in /... covers
// everything below it. Arrows only point down.
var mayImport = []struct {
	pkg   string
	allow []string
}{
	{"queue", nil},
	{"queue/forecast", []string{"queue"}},
	{"queue/figures", []string{"queue"}},
	{"queue/ratings", []string{"queue"}},
	{"queue/simulate", []string{"queue"}},
	{"queue/audit", []string{"queue"}},
	{"queue/queuetest", []string{"queue"}},
	{"queue/plaintest", nil},
	{"queue/hall", []string{"queue"}},
	{"queue/trail", []string{"queue", "queue/trail/leaf", "queue/trail/checkpoint", "queue/trail/export", "queue/trail/owner"}},
	{"queue/trail/owner", nil},
	{"queue/trail/leaf", []string{"queue"}},
	{"queue/trail/checkpoint", []string{"queue/trail/owner"}},
	{"queue/trail/export", []string{"queue", "queue/trail/leaf", "queue/trail/checkpoint"}},
	{"queue/trail/verify", []string{"queue", "queue/trail/leaf", "queue/trail/checkpoint", "queue/trail/export"}},
	{"queue/hall/notary", []string{"queue", "queue/hall", "queue/trail/checkpoint"}},
	{"queue/hall/halltest", []string{"queue", "queue/hall"}},
	{"firmware-bridge", nil},
	{"firmware-bridge/...", []string{"firmware-bridge", "firmware-bridge/internal/line"}},
	{"devices", nil},
	{"devices/wire", []string{"devices"}},
	{"devices/wire/page", []string{"devices", "devices/wire", "devices/wire/pipe"}},
	{"devices/wire/sound", []string{"devices", "devices/wire", "devices/wire/pipe"}},
	{"devices/wire/chip", []string{"devices", "devices/wire", "devices/wire/pipe"}},
	{"devices/wire/...", []string{"devices", "devices/wire"}},
	{"devices/internal/...", []string{"devices"}},
	{"devices/printer/printertest", []string{"devices", "devices/emulator", "devices/emulator/engine"}},
	{"devices/printer/...", []string{"devices", "devices/printer/...", "devices/internal/exchange"}},
	{"devices/board/boardtest", []string{"devices", "devices/devicetest", "devices/emulator"}},
	{"devices/board/...", []string{"devices", "devices/board/...", "devices/internal/exchange"}},
	{"devices/speaker/clips", []string{"devices", "deploy/voice"}},
	{"devices/speaker/...", []string{"devices", "devices/speaker/...", "devices/internal/exchange"}},
	{"devices/callbox/callboxtest", []string{"devices", "devices/devicetest", "devices/emulator"}},
	{"devices/callbox/...", []string{"devices", "devices/callbox/...", "devices/internal/exchange", "devices/internal/evdev", "firmware-bridge"}},
	{"devices/scanner/scannertest", []string{"devices", "devices/devicetest", "devices/emulator"}},
	{"devices/scanner/code", []string{"devices"}},
	{"devices/scanner/...", []string{"devices", "devices/scanner/...", "devices/internal/evdev"}},
	{"devices/idcard/...", []string{"devices", "devices/idcard/...", "devices/internal/exchange"}},
	{"devices/keypad", []string{"devices"}},
	{"devices/output", nil},
	{"devices/papersensor", nil},
	{"devices/button", []string{"devices"}},
	{"devices/camera", []string{"devices", "devices/camera/pipe"}},
	{"devices/camera/onvif", nil},
	{"devices/camera/gateway", []string{"devices/camera/pipe"}},
	{"devices/camera/gateway/peer", []string{"devices/camera/gateway", "devices/camera/pipe"}},
	{"devices/camera/...", []string{"devices", "devices/camera/..."}},
	{"devices/devicetest", []string{"devices", "devices/wire/..."}},
	{"devices/emulator", []string{"devices"}},
	{"devices/emulator/line", []string{"devices", "devices/emulator", "devices/wire", "devices/wire/..."}},
	{"devices/emulator/keypad", []string{"devices", "devices/emulator", "devices/wire/mqtt"}},
	{"devices/emulator/paper", nil},
	{"devices/emulator/engine", []string{"devices/emulator", "devices/emulator/paper"}},
	{"devices/emulator/...", []string{"devices", "devices/emulator", "devices/emulator/engine", "devices/emulator/paper", "firmware-bridge"}},
	{"display", []string{"queue", "devices"}},
	{"display/slip", []string{"devices"}},
	{"display/web", []string{}},
	{"display/access", []string{"queue", "queue/trail/owner"}},
	{"display/settings", nil},
	{"display/api", []string{"display", "display/access", "display/settings", "queue", "queue/hall", "devices"}},
	{"display/screens", nil},
	{"display/feed", []string{"display", "display/access", "queue", "queue/hall"}},
	{"display/...", []string{"display", "queue", "queue/hall", "devices"}},
	{"deploy/...", nil},
	{"hardware-docs", nil},
	{"hardware-docs/examples/...", nil}, // strangers: nothing of ours
	{"cmd/...", []string{"..."}},
}

// onlyIn names the packages that have one importer, so that a library can be
// replaced in one place. Tests and emulators may use foreign peers.
var onlyIn = map[string][]string{
	"go.bug.st/serial":                             {"devices/wire/serial"},
	"github.com/eclipse/paho.mqtt.golang":          {"devices/wire/mqtt"},
	"github.com/mochi-mqtt/server/v2":              {"devices/wire/broker"},
	"github.com/deepch/vdk":                        {"devices/camera/child"},
	"github.com/bluenviron/gortsplib/v5":           {"devices/camera/child", "devices/emulator/camera"},
	"github.com/pion/webrtc/v4":                    {"devices/camera/gateway/peer"},
	"github.com/pion/ice/v4":                       {"devices/camera/gateway/peer"},
	"github.com/ncruces/go-sqlite3":                {"queue/trail"},
	"golang.org/x/mod":                             {"queue/trail", "queue/trail/leaf", "queue/trail/checkpoint", "queue/trail/export", "queue/trail/verify"},
	"github.com/gorilla/websocket":                 {"display/feed", "display/api", "hardware-docs/examples/window"},
	"periph.io/x/conn/v3":                          {"devices/button", "devices/output", "devices/papersensor", "devices/wire/chip", "devices/emulator/pin", "cmd/lobby"},
	"periph.io/x/host/v3":                          {"devices/wire/chip", "cmd/lobby"},
	"github.com/spf13/cobra":                       {"cmd/lobby"},
	"golang.org/x/crypto":                          {"display/access"},
	"filippo.io/age":                               {"cmd/lobby"},
	"github.com/goccy/go-yaml":                     {"devices/devicetest", "devices/board/fixed", "devices/callbox/ff68", "cmd/lobby"},
	"github.com/prometheus/client_golang":          {"cmd/lobby"},
	"github.com/schollz/progressbar/v3":            {"cmd/lobby"},
	"golang.org/x/image":                           {"devices/printer/galley", "devices/printer/picture", "devices/printer/escpos", "devices/printer/star", "devices/emulator/paper", "display/slip"},
	"github.com/bluenviron/mediacommon/v2":         {"devices/camera/child", "devices/emulator/camera"},
	"golang.org/x/text/encoding/simplifiedchinese": {"devices/printer/galley", "devices/board/fixed", "devices/board/onbon", "devices/speaker/syn6288", "devices/emulator/escpos", "devices/emulator/onbon", "devices/emulator/star", "devices/emulator/syn6288", "devices/board/internal/gbk"},
}

// listed is what `go list` says of a package.
type listed struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "lobby/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

func matches(pattern, pkg string) bool {
	below, ok := strings.CutSuffix(pattern, "...")
	return pattern == pkg || ok && (strings.HasPrefix(pkg, below) || pkg+"/" == below)
}

func TestImportsPointDown(t *testing.T) {
	for _, p := range listPackages(t) {
		pkg := strings.TrimPrefix(p.ImportPath, "lobby/")
		at := slices.IndexFunc(mayImport, func(r struct {
			pkg   string
			allow []string
		}) bool {
			return matches(r.pkg, pkg)
		})
		if at < 0 {
			t.Errorf("package %s has no line in the table: say what it may import", pkg)
			continue
		}
		for _, imported := range p.Imports {
			ours, ok := strings.CutPrefix(imported, "lobby/")
			if !ok {
				checkForeign(t, pkg, imported)
			} else if !slices.ContainsFunc(mayImport[at].allow, func(a string) bool { return matches(a, ours) }) {
				t.Errorf("%s imports %s, which is not below it", pkg, ours)
			}
		}
	}
}

func checkForeign(t *testing.T, pkg, imported string) {
	t.Helper()
	for lib, users := range onlyIn {
		if (imported == lib || strings.HasPrefix(imported, lib+"/")) && !slices.Contains(users, pkg) {
			t.Errorf("%s imports %s; only %v may", pkg, imported, users)
		}
	}
}

// TestTheQueueOnlyDecides: no clock, no goroutine, no input or output, no
// chance and no log in the rules.
func TestTheQueueOnlyDecides(t *testing.T) {
	files, err := filepath.Glob("../../queue/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files of the queue: %v", err)
	}
	allowed := map[string]bool{}
	for _, path := range []string{"cmp", "encoding/json", "errors", "fmt", "hash/fnv", "iter", "maps", "math", "slices", "strconv", "strings", "time"} {
		allowed[`"`+path+`"`] = true
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range file.Imports {
			if !allowed[i.Path.Value] {
				t.Errorf("%s imports %s", name, i.Path.Value)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", name)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "NewTimer", "Tick"}, n.Sel.Name) {
					t.Errorf("%s asks for the time with time.%s", name, n.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestForecastsAndSimulationsAreGivenTheirTime: they run in virtual time, and
// the same records and seeds give the same results.
func TestForecastsAndSimulationsAreGivenTheirTime(t *testing.T) {
	for _, dir := range []string{"forecast", "simulate"} {
		files, err := filepath.Glob("../../queue/" + dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files of %s: %v", dir, err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"time.Now(", "time.Since(", "time.Sleep(", "crypto/rand", "rand.Int", "rand.Float64(", "go func("} {
				if strings.Contains(string(text), word) && !strings.HasSuffix(name, "_test.go") {
					t.Errorf("%s says %s", name, word)
				}
			}
		}
	}
}
