"""A viewer in another language: records a camera's live pictures to a file.

usage: live.py URL FRAGMENTS FILE    prints the MIME type
"""
import asyncio
import sys

import websockets

URL, FRAGMENTS, FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]


async def main():
    async with websockets.connect(URL, max_size=None) as ws:
        mime = await ws.recv()
        assert isinstance(mime, str), "the first message is no text"
        with open(FILE, "wb") as out:
            for _ in range(1 + FRAGMENTS):  # the beginning of the file comes first
                fragment = await asyncio.wait_for(ws.recv(), 60)
                assert isinstance(fragment, bytes), fragment
                out.write(fragment)
    print(mime)


asyncio.run(main())
