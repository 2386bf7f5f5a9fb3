"""Window software in Python that knows Lobby by its feed alone: it opens a
window, serves one citizen and closes. Needs the package websockets.

usage: window.py URL WINDOW        as in: window.py http://127.0.0.1:8080 3
"""
import asyncio
import json
import sys
import uuid

import websockets


class Line:
    """A feed that is dialled again when it breaks."""

    def __init__(self, url):
        self.url = url.replace("http", "ws", 1) + "/api/v1/feed?topics=queue"
        self.ws = None

    async def command(self, **command):
        """Sends a command until it is answered; the same id is done only once."""
        id = str(uuid.uuid4())
        for wait in 1, 2, 4, 8, 0:
            try:
                return await self.once(id, command)
            except (OSError, asyncio.TimeoutError, websockets.WebSocketException):
                self.ws = None
                if not wait:
                    raise
                await asyncio.sleep(wait)

    async def once(self, id, command):
        if self.ws is None:
            self.ws = await websockets.connect(self.url, subprotocols=["lobby.v1"])
        await self.ws.send(json.dumps({"type": "command", "id": id, "command": command}))
        while True:
            # Beats come every few seconds; a feed that is silent for long is dead.
            m = json.loads(await asyncio.wait_for(self.ws.recv(), 25))
            if m["type"] == "answer" and m["id"] == id:
                return m


async def main(url, window):
    line = Line(url)
    for command in (
        {"type": "window_open", "staff": "0412"}, {"type": "call_next"}, {"type": "arrive"},
        {"type": "finish", "outcome": "done"}, {"type": "window_close", "force": True},
    ):
        answer = await line.command(window=window, **command)
        if not answer["ok"]:
            sys.exit(f"window: {command['type']}: {answer['refusal']['say']}")
        print(command["type"], json.dumps(answer.get("result") or {}))
    await line.ws.close()


asyncio.run(main(sys.argv[1], sys.argv[2]))
