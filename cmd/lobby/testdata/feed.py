"""A client of the feed that holds Lobby to its word: sequence numbers without a
gap and without a repeat, through lost connections, with topics or without.
"""
import asyncio
import json

import websockets


class Feed:
    def __init__(self, url, topics=""):
        self.url, self.topics = url, topics
        self.seq = self.epoch = self.state = None
        self.events, self.skips, self.resumed = [], 0, 0

    async def connect(self):
        query = [f"topics={self.topics}"] if self.topics else []
        if self.seq is not None:
            query += [f"since={self.seq}", f"epoch={self.epoch}"]
        self.ws = await websockets.connect(self.url + "?" + "&".join(query), subprotocols=["lobby.v1"])
        assert self.ws.subprotocol == "lobby.v1", self.ws.subprotocol
        hello = json.loads(await self.ws.recv())
        assert hello["type"] == "hello" and hello["heartbeat"] > 0, hello
        if self.seq is None:
            snapshot = json.loads(await self.ws.recv())
            assert snapshot["type"] == "snapshot", snapshot
            self.epoch, self.seq, self.state = hello["epoch"], snapshot["seq"], snapshot["state"]
        else:
            assert hello["epoch"] == self.epoch, hello
            self.resumed += 1

    def pull_the_cable(self):
        self.ws.transport.abort()  # nobody says goodbye

    async def receive(self):
        m = json.loads(await asyncio.wait_for(self.ws.recv(), 60))
        if m["type"] == "record":
            assert m["seq"] == self.seq + 1, f"record {m['seq']} after {self.seq}"
            self.seq = m["seq"]
            self.events.append(m)
        elif m["type"] == "skip":
            assert self.topics and m["to"] > self.seq, f"skip to {m['to']} after {self.seq}"
            self.seq = m["to"]
            self.skips += 1
        elif m["type"] == "beat":
            assert m["seq"] == self.seq, f"beat {m['seq']} after {self.seq}"
        else:
            assert m["type"] == "answer", f"{m} after {self.seq}"
        return m

    async def command(self, id, **command):
        await self.ws.send(json.dumps({"type": "command", "id": id, "command": command}))
        while True:
            m = await self.receive()
            if m["type"] == "answer" and m["id"] == id:
                return m

    async def follow(self, seq):
        while self.seq < seq:
            await self.receive()

    def names(self):
        return [m["event"] for m in self.events]
