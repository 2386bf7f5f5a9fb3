"""Window software in another language: follows the feed, commands on it, loses
its connection in the middle and comes back without a gap.

usage: window.py URL WINDOW    prints one JSON line
"""
import asyncio
import json
import sys

import websockets

URL, WINDOW = sys.argv[1], sys.argv[2]


class Window:
    def __init__(self):
        self.seen, self.events, self.epoch, self.seq = [], [], None, None

    async def connect(self):
        query = "" if self.seq is None else f"?since={self.seq}&epoch={self.epoch}"
        self.ws = await websockets.connect(URL + query, subprotocols=["lobby.v1"])
        hello = json.loads(await self.ws.recv())
        assert hello["type"] == "hello", hello
        self.epoch = hello["epoch"]
        if self.seq is None:
            snapshot = json.loads(await self.ws.recv())
            assert snapshot["type"] == "snapshot", snapshot
            self.seq = snapshot["seq"]

    def note(self, m):
        if m["type"] == "snapshot":
            raise AssertionError("a snapshot after a resume")
        if m["type"] == "record":
            self.seen.append(m["seq"])
            self.events.append(m["event"])
            self.seq = m["seq"]
        elif m["type"] == "skip":
            self.seq = m["to"]

    async def command(self, id, **command):
        await self.ws.send(json.dumps({"type": "command", "id": id, "command": command}))
        while True:
            m = json.loads(await asyncio.wait_for(self.ws.recv(), 30))
            if m["type"] == "answer" and m["id"] == id:
                return m
            self.note(m)

    async def follow(self, until):
        while self.seq < until:
            self.note(json.loads(await asyncio.wait_for(self.ws.recv(), 30)))


async def main():
    me, other = Window(), Window()
    await me.connect()
    first = me.seq
    opened = await me.command("py-open", type="window_open", window=WINDOW, staff="0412")
    assert opened["ok"], opened
    me.ws.transport.abort()  # the cable is pulled, nobody says goodbye
    await other.connect()
    for n in range(5):  # the hall goes on meanwhile
        taken = await other.command(f"py-take-{n}", type="take", service="social")
        assert taken["ok"], taken
    again = await other.command("py-take-0", type="take", service="social")
    await me.connect()
    called = await me.command("py-call", type="call_next", window=WINDOW)
    assert called["ok"], called
    await me.follow(max(called["seq"]))
    refused = await me.command("py-again", type="call_next", window=WINDOW)
    print(json.dumps({
        "first": first, "seen": me.seen, "events": me.events, "called": called["result"]["ticket"],
        "repeat": again["result"]["ticket"], "refusal": refused["refusal"]["code"],
    }))


asyncio.run(main())
