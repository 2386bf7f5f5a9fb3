#!/usr/bin/env python3
"""Verifies an export of a hall's trail, with nothing but Python.

    verify.py --key KEYFILE [--checkpoint FILE] FILE

Written from hardware-docs/trail-format.md alone. Exit 0 when everything is in
order, 1 and the first record that is wrong otherwise. It does not replay the
rules of the queue; `lobby trail verify` does that too.
"""
import argparse, base64, functools, hashlib, json, re, sys


class Wrong(Exception):
    """What is wrong."""

# Ed25519 (RFC 8032), verification only

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def decompress(b):
    y = int.from_bytes(b, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Wrong("the public key is no point of the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def compress(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


@functools.lru_cache(maxsize=None)
def signed(public, message, signature):
    """Whether the signature is of the message by the key."""
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    x, y, z, t = decompress(public)
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return compress(add(times(s, BASE), times(h, (P - x, y, z, P - t)))) == signature[:32]


def decode64(text):
    """Base64 in the one way to write it."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong(f"{text!r} is no base64")
    if base64.b64encode(data).decode() != text:
        raise Wrong(f"{text!r} is base64 written in another way")
    return data


class Keys:
    """The verifier keys that are known, and those that sign now."""

    def __init__(self, text):
        self.known, self.now = {}, {}
        for line in text.split():
            self.trust(line)
        if not self.known:
            raise Wrong("there is no verifier key")

    def trust(self, verifier):
        if verifier.startswith("PRIVATE+KEY+"):
            raise Wrong("this is a secret key, by which anybody could sign")
        name, id, key = (verifier.split("+", 2) + ["", ""])[:3]
        key = decode64(key)
        want = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
        if len(key) != 33 or key[0] != 1 or want.hex() != id:
            raise Wrong(f"{verifier[:80]!r} is no verifier key")
        self.known[name, want] = self.now[name, want] = key[1:]

    def open(self, note):
        """The text of a note, if a key signed it that signs now."""
        m = re.fullmatch("((?:[^\n]+\n)+)\n\u2014 ([^\\s+]+) ([A-Za-z0-9+/=]+)\n", note)
        if not m:
            raise Wrong("a note is not text, an empty line and one signature")
        text, name, sig = m.group(1), m.group(2), decode64(m.group(3))
        if len(sig) != 68 or (name, sig[:4]) not in self.now:
            raise Wrong("a note is signed by nobody who is trusted, or by a key that has handed over")
        if not signed(self.now[name, sig[:4]], text.encode(), sig[4:]):
            raise Wrong("a signature is false")
        return text

    def accept(self, note):
        """Lets the key sign, and no other, that has been handed over to."""
        lines = self.open(note).split("\n")
        if len(lines) != 3 or lines[0] != "the trail is signed by this key from now on":
            raise Wrong("a note hands nothing over")
        self.now = {}
        self.trust(lines[1])


def claim(note):
    """Hall, size and root of a checkpoint; who signed it is checked apart."""
    m = re.fullmatch("([^\n]+)\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/=]+)\n\n[^\n]+\n", note)
    if not m or len(decode64(m.group(3))) != 32:
        raise Wrong("a checkpoint is not hall, size, root, an empty line and a signature")
    return m.group(1), int(m.group(2)), decode64(m.group(3))


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """The right edge of a Merkle tree (RFC 6962, section 2.1)."""
    def __init__(self):
        self.size, self.edge = 0, []  # roots of complete subtrees, largest first

    def add(self, level, root):
        if self.size % (1 << level):
            raise Wrong(f"record {self.size + 1}: no subtree of that size begins here")
        self.size += 1 << level
        while not self.size >> level & 1:
            root, level = node(self.edge.pop(), root), level + 1
        self.edge.append(root)

    def root(self):
        return functools.reduce(lambda right, left: node(left, right), reversed(self.edge))


# The file

SUFFIX = re.compile(rb',"hash":"([A-Za-z0-9+/=]{44})"}')
OMITTED = re.compile(rb'{"omitted":\[([1-9][0-9]*),([1-9][0-9]*)\],"hash":"([A-Za-z0-9+/=]{44})"}')
PERSONAL = re.compile(rb'{"personal":([1-9][0-9]*),"salt":"([A-Za-z0-9+/=]{24})","clear":({.*})}')
MEMBERS = ["seq", "epoch", "at", "mono", "day", "actor", "command", "event", "data"]
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def cut(data):
    """The lines of the records, and the checkpoints at the end."""
    end = data.rfind(b"}\n\n")
    if end < 0:
        raise Wrong("there are no checkpoints at the end: the file was cut off")
    lines, tail = data[:end + 1].split(b"\n"), data[end + 2:]
    try:
        found = re.findall("\n([^\n]+\n[^\n]+\n[^\n]+\n\n[^\n]+\n)", tail.decode())
    except UnicodeDecodeError:
        raise Wrong("the checkpoints are no text")
    if not found or "".join("\n" + note for note in found).encode() != tail:
        raise Wrong("the end of the file is not checkpoints with an empty line before each")
    return lines, found


class Verifier:
    """What is known of a file while its lines are read."""

    def __init__(self, keys, notes, older):
        self.keys, self.notes, self.tree = keys, set(notes), Tree()
        self.last = {"at": "", "mono": 0, "day": "", "seq": 0}
        self.commitment, self.records, self.past = None, 0, 0
        self.marks = [(*claim(note), note) for note in notes]
        sizes = [m[1] for m in self.marks]
        if sizes != sorted(set(sizes)) or len({m[0] for m in self.marks}) != 1:
            raise Wrong("the checkpoints are not of one hall with sizes that rise")
        if older is not None:
            mark = (*claim(older), older)
            if mark[0] != self.marks[0][0] or not mark[1]:
                raise Wrong("the checkpoint to compare with is not of this hall")
            if mark[1] > sizes[-1]:
                raise Wrong(f"record {sizes[-1] + 1}: missing: the checkpoint to compare with knows {mark[1]} records")
            self.marks = sorted(self.marks + [mark], key=lambda m: m[1])

    def line(self, line):
        if line.startswith(b'{"omitted":'):
            self.omit(line)
        elif line.startswith(b'{"personal":'):
            self.personal(line)
        else:
            self.record(line)
        self.meet()

    def record(self, line):
        m = SUFFIX.fullmatch(line[-55:])
        if not m:
            raise Wrong("the line does not end in its hash")
        leaf = line[:-55] + b"}"
        root = hashlib.sha256(b"\0" + leaf).digest()
        if base64.b64encode(root) != m.group(1):
            raise Wrong("it was changed: it has another hash than the line says")
        try:
            r = json.loads(leaf)
        except ValueError:
            raise Wrong("it is no JSON")
        if list(r) not in (MEMBERS, MEMBERS + ["commitment"]) or not AT.fullmatch(r["at"]):
            raise Wrong("it has not the members of a record")
        if r["seq"] != self.tree.size + 1:
            raise Wrong(f"missing: the file goes on with record {r['seq']}")
        for member in "at", "mono", "day":
            if r[member] < self.last[member]:
                raise Wrong(f"{member} went back from {self.last[member]} to {r[member]}")
        if r["event"] == "key.rotated":
            self.keys.accept(r["data"]["note"])
        if r["event"] == "checkpoint.signed" and self.records == self.tree.size and r["data"]["note"] not in self.notes:
            raise Wrong("its checkpoint is not among those at the end of the file")
        self.last, self.commitment = r, r.get("commitment")
        self.tree.add(0, root)
        self.records += 1

    def omit(self, line):
        m = OMITTED.fullmatch(line)
        if not m:
            raise Wrong("a line about omitted records is not written as it should be")
        first, last, root = int(m.group(1)), int(m.group(2)), decode64(m.group(3).decode())
        n = last - first + 1
        if first != self.tree.size + 1 or n < 1 or n & (n - 1):
            raise Wrong("the omitted records are no complete subtree that follows")
        self.tree.add(n.bit_length() - 1, root)
        self.last, self.commitment = {"at": "", "mono": 0, "day": "", "seq": 0}, None
        self.keys.now = dict(self.keys.known)  # any of them may have been handed over to

    def personal(self, line):
        m = PERSONAL.fullmatch(line)
        if not m or int(m.group(1)) != self.last["seq"] or not self.commitment:
            raise Wrong("a personal part does not follow its record")
        if hashlib.sha256(decode64(m.group(2).decode()) + m.group(3)).digest() != decode64(self.commitment):
            raise Wrong("a personal part is not what the record before it committed to")
        self.commitment = None

    def meet(self):
        while self.marks and self.marks[0][1] <= self.tree.size:
            _, size, root, note = self.marks.pop(0)
            if size < self.tree.size:
                raise Wrong(f"the checkpoint of {size} records cannot be compared: records around it are left out")
            if root != self.tree.root():
                raise Wrong(f"this or one since {self.past + 1} is not what the checkpoint of {size} records was signed over")
            self.keys.open(note)
            self.past = size

    def finish(self):
        if self.marks or self.past != self.tree.size:
            raise Wrong(f"record {self.past + 1}: missing, or under no checkpoint")


def verify(data, keys, older=None):
    """Raises Wrong, or says in a line what was found right."""
    lines, notes = cut(data)
    if older and len(parts := older.split()) == 4 and "\n" not in older.strip():  # on one line, from paper
        older = "{0}\n{1}\n{2}\n\n\u2014 {0} {3}\n".format(*parts)
    v = Verifier(Keys(keys), notes, older)
    for line in lines:
        at = v.tree.size + 1
        try:
            v.line(line)
        except (Wrong, KeyError, TypeError) as e:
            raise Wrong(f"record {at}: {e}")
    v.finish()
    return f"{claim(notes[-1])[0]}: {v.records} of {v.tree.size} records, {len(notes)} checkpoints: all in order"


def main():
    args = argparse.ArgumentParser(description="Verifies an export of a hall's trail.")
    args.add_argument("--key", required=True, help="the hall's public keys, one a line")
    args.add_argument("--checkpoint", help="a checkpoint that somebody kept")
    args.add_argument("file")
    a = args.parse_args()
    try:
        key, older = (path and open(path, encoding="utf-8", newline="").read() for path in (a.key, a.checkpoint))
        print(verify(open(a.file, "rb").read(), key, older))
    except (Wrong, OSError, UnicodeDecodeError) as e:
        sys.exit(f"{a.file}: {e}")


if __name__ == "__main__":
    main()
