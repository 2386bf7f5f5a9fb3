//go:build unix

package hall_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// BenchmarkTicketsAgainstPostgres lets 1, 8 and 80 windows take, call and
// give up tickets on a real trail, and beside it, in turns on the same disk, lets
// as many sessions do the same in PostgreSQL, in two ways: a bare table that
// promises nothing but the tickets, and one statement a command that keeps what
// we keep. Each is prepared and committed synchronously. Ours includes the rules
// and the hash tree, theirs a socket on this machine. On the slow disk their
// every fdatasync, by which their log is made durable, waits as long as ours. The
// ratios are durable commands a second, the median of the turns. It needs the
// Debian packages postgresql and gcc; the cluster is its own and lives in a
// temporary directory.
//
//	go test -run '^$' -bench TicketsAgainstPostgres -benchtime 3x ./queue/hall
func BenchmarkTicketsAgainstPostgres(b *testing.B) {
	for _, d := range disks {
		for _, windows := range []int{1, 8, 80} {
			b.Run(fmt.Sprint("disk=", d.name, "/windows=", windows), func(b *testing.B) { againstPostgres(b, d, windows) })
		}
	}
}

func againstPostgres(b *testing.B, d disk, windows int) {
	db := startPostgres(b, d)
	var ours, ratios, theirs [2][]float64
	for range max(3, b.N) {
		for way, round := range []string{bareRound, keptRound} {
			rate := ticketRate(b, d, windows, 3*time.Second).rate
			other := db.ticketRate(round, windows, 6*time.Second)
			ours[way], theirs[way], ratios[way] = append(ours[way], rate), append(theirs[way], other), append(ratios[way], rate/other)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(slices.Concat(ours[:]...)), "commands/s")
	b.ReportMetric(median(ratios[0]), "×bare")
	b.ReportMetric(median(theirs[0]), "bare/s")
	b.ReportMetric(median(ratios[1]), "×kept")
	b.ReportMetric(median(theirs[1]), "kept/s")
}

// postgres is a cluster of its own.
type postgres struct {
	b        *testing.B
	bin, dir string
	as       *syscall.Credential // who runs it; PostgreSQL refuses to run as root
	env      []string
}

// tables are what such a system has at least, and what it has to have to keep
// our promises. The index is what SKIP LOCKED walks; the first thousand see to it
// that nobody finds an empty line.
const tables = `
CREATE SEQUENCE number;
CREATE TABLE counter(service text PRIMARY KEY, n bigint NOT NULL);
INSERT INTO counter VALUES('kept', 1000000000);
CREATE TABLE event(seq bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), actor text NOT NULL, command text NOT NULL, name text NOT NULL, data text NOT NULL);
CREATE TABLE answer(id text PRIMARY KEY, answer text NOT NULL);
CREATE TABLE ticket(id bigint PRIMARY KEY, service text NOT NULL, class text NOT NULL, state text NOT NULL,
  taken timestamptz NOT NULL DEFAULT now(), called timestamptz, counter int);
CREATE INDEX waiting ON ticket(service, id) WHERE state = 'waiting';
INSERT INTO ticket(id, service, class, state) SELECT nextval('number'), 'social', 'normal', 'waiting' FROM generate_series(1, 1000);
INSERT INTO ticket(id, service, class, state) SELECT nextval('number'), 'kept', 'normal', 'waiting' FROM generate_series(1, 1000);
`

// bareRound is what a window does, three transactions like our three commands,
// where numbers may have gaps, nobody can say afterwards what happened, and a
// command whose answer was lost is carried out twice.
const bareRound = `
INSERT INTO ticket(id, service, class, state) VALUES (nextval('number'), 'social', 'normal', 'waiting');
UPDATE ticket SET state='called', called=now(), counter=:client_id WHERE id =
  (SELECT id FROM ticket WHERE service='social' AND state='waiting' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id AS called \gset
UPDATE ticket SET state='no_show' WHERE id = :called;
`

// keptRound is the same with numbers without gaps, which need a row that is
// counted up, a record of each event, and an answer that a repetition finds.
const keptRound = `
\set id random(1, 1000000000000000)
WITH c AS (UPDATE counter SET n = n + 1 WHERE service = 'kept' RETURNING n),
  t AS (INSERT INTO ticket(id, service, class, state) SELECT n, 'kept', 'normal', 'waiting' FROM c RETURNING id),
  e AS (INSERT INTO event(actor, command, name, data) SELECT 'window:' || :client_id::int, 'a' || :id::bigint, 'ticket.issued',
    json_build_object('ticket', id, 'leg', id || '/1', 'service', 'kept', 'class', 'normal', 'token', md5(id::text))::text FROM t RETURNING seq)
INSERT INTO answer SELECT 'a' || :id::bigint, json_build_object('ok', true, 'seq', e.seq, 'ticket', t.id)::text FROM t, e;
WITH t AS (UPDATE ticket SET state='called', called=now(), counter=:client_id::int WHERE id =
    (SELECT id FROM ticket WHERE service='kept' AND state='waiting' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id),
  e AS (INSERT INTO event(actor, command, name, data) SELECT 'window:' || :client_id::int, 'b' || :id::bigint, 'ticket.called',
    json_build_object('ticket', id, 'leg', id || '/1', 'service', 'kept', 'window', :client_id::int, 'why', 'longest')::text FROM t RETURNING seq)
INSERT INTO answer SELECT 'b' || :id::bigint, json_build_object('ok', true, 'seq', e.seq, 'ticket', t.id)::text FROM t, e RETURNING (SELECT id FROM t) AS called \gset
WITH t AS (UPDATE ticket SET state='no_show' WHERE id = :called::bigint RETURNING id),
  e AS (INSERT INTO event(actor, command, name, data) SELECT 'window:' || :client_id::int, 'c' || :id::bigint, 'ticket.no_show',
    json_build_object('ticket', id, 'leg', id || '/1', 'window', :client_id::int)::text FROM t RETURNING seq)
INSERT INTO answer SELECT 'c' || :id::bigint, json_build_object('ok', true, 'seq', e.seq, 'ticket', t.id)::text FROM t, e;
`

// slowSync stands before the system's fdatasync in a program that is started
// with it.
const slowSync = `
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
int fdatasync(int fd) {
	int err = syscall(SYS_fdatasync, fd);
	struct timespec wait = {0, WAIT};
	nanosleep(&wait, 0);
	return err;
}
`

// startPostgres makes a cluster on a disk and starts it; it ends with the
// benchmark.
func startPostgres(b *testing.B, d disk) *postgres {
	b.Helper()
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(bins) == 0 {
		b.Fatal("PostgreSQL is not here: install the Debian package postgresql, as deploy/test-setup.sh does")
	}
	dir, err := os.MkdirTemp("", "lobby-postgres-") // of a short name, because sockets have short paths
	if err != nil {
		b.Fatal(err)
	}
	p := &postgres{b: b, bin: filepath.Dir(slices.Max(bins)), dir: dir, env: []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	if os.Geteuid() == 0 {
		p.become("postgres")
	}
	data := filepath.Join(dir, "data")
	if d.wait > 0 {
		p.slow(d.wait)
	}
	p.run("initdb", "-D", data, "-U", "lobby", "-A", "trust", "--no-instructions")
	p.run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o",
		fmt.Sprintf("-c listen_addresses='' -c unix_socket_directories=%s -c max_connections=200 -c synchronous_commit=on -c fsync=on -c wal_sync_method=fdatasync", dir), "start")
	b.Cleanup(func() { p.run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop") })
	p.write("tables.sql", tables)
	p.run("psql", "-h", dir, "-U", "lobby", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-f", filepath.Join(dir, "tables.sql"))
	return p
}

// slow lets every fdatasync of the cluster wait.
func (p *postgres) slow(wait time.Duration) {
	p.write("slow.c", slowSync)
	lib := filepath.Join(p.dir, "slow.so")
	if out, err := exec.Command("gcc", "-shared", "-fPIC", fmt.Sprintf("-DWAIT=%d", wait), "-o", lib, filepath.Join(p.dir, "slow.c")).CombinedOutput(); err != nil {
		p.b.Fatalf("gcc: %v\n%s", err, out)
	}
	p.env = append(p.env, "LD_PRELOAD="+lib)
}

// become makes the cluster another user's.
func (p *postgres) become(name string) {
	u, err := user.Lookup(name)
	if err != nil {
		p.b.Fatal(err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32) // numbers on every Unix
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	p.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	if err := os.Chown(p.dir, int(uid), int(gid)); err != nil {
		p.b.Fatal(err)
	}
}

func (p *postgres) write(name, text string) {
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
		p.b.Fatal(err)
	}
}

func (p *postgres) run(program string, args ...string) string {
	p.b.Helper()
	cmd := exec.Command(filepath.Join(p.bin, program), args...)
	cmd.Dir = p.dir
	cmd.Env = p.env
	if p.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.b.Fatalf("%s: %v\n%s", program, err, out)
	}
	return string(out)
}

var tps = regexp.MustCompile(`tps = ([0-9.]+)`)

// ticketRate is how many durable transactions a second the sessions get
// through; a round has three.
func (p *postgres) ticketRate(round string, sessions int, during time.Duration) float64 {
	p.b.Helper()
	p.write("round.sql", round)
	out := p.run("pgbench", "-h", p.dir, "-U", "lobby", "-n", "-M", "prepared", "-f", filepath.Join(p.dir, "round.sql"),
		"-c", fmt.Sprint(sessions), "-j", fmt.Sprint(min(runtime.NumCPU(), sessions)), "-T", fmt.Sprint(int(during.Seconds())), "postgres")
	m := tps.FindStringSubmatch(out)
	if m == nil {
		p.b.Fatalf("pgbench told no rate:\n%s", out)
	}
	rounds, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		p.b.Fatal(err)
	}
	return 3 * rounds
}
