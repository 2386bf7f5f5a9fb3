"""Lets deploy/verify/verify.py judge many files: each comes as four numbers in
a line, then the key, the checkpoint to compare with and the file, that long.
For each one line is answered: "ok", or what is wrong.

usage: batch.py DIR-OF-VERIFY.PY
"""
import sys

sys.path.insert(0, sys.argv[1])
from verify import Wrong, verify

stdin, stdout = sys.stdin.buffer, sys.stdout
while header := stdin.readline():
    key, older, file = (stdin.read(int(n)) for n in header.split())
    try:
        verify(file, key.decode(), older.decode("utf-8", "surrogateescape") or None)
        print("ok")
    except Wrong as e:
        print("wrong:", str(e).split("\n")[0].encode("ascii", "replace").decode())
    stdout.flush()
