"""Window software in another language: opens the day, follows the feed and
commands on it, loses its connection in the middle while others command over
HTTP, and comes back without a gap.

usage: window.py URL WINDOW    prints one JSON line
"""
import asyncio
import json
import sys
import urllib.request

from feed import Feed

URL, WINDOW = sys.argv[1], sys.argv[2]


def post(id, **command):
    body = json.dumps({"id": id, **command}).encode()
    r = urllib.request.Request(URL + "/api/v1/commands", body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(r, timeout=30))


async def main():
    me = Feed(URL.replace("http", "ws", 1) + "/api/v1/feed")
    await me.connect()
    first = me.seq
    day = await me.command("py-day", type="day_open")
    assert day["ok"], day
    opened = await me.command("py-open", type="window_open", window=WINDOW, staff="0412")
    assert opened["ok"], opened
    me.pull_the_cable()
    taken = [post(f"py-take-{n}", type="take", service="social") for n in range(5)]  # the hall goes on meanwhile
    assert all(t["ok"] for t in taken), taken
    again = post("py-take-0", type="take", service="social")
    await me.connect()
    called = await me.command("py-call", type="call_next", window=WINDOW)
    assert called["ok"], called
    await me.follow(max(called["seq"]))
    same = await me.command("py-call", type="call_next", window=WINDOW)
    busy = await me.command("py-again", type="call_next", window=WINDOW)
    # Four still wait for this window alone: closing it has to be meant.
    for type, more in ("arrive", {}), ("finish", {}), ("window_close", {"force": True}):
        done = await me.command("py-" + type, type=type, window=WINDOW, **more)
        assert done["ok"], done
    await me.follow(max(done["seq"]))
    await me.ws.close()
    print(json.dumps({
        "first": first, "seen": [m["seq"] for m in me.events], "events": me.names(), "last": max(done["seq"]),
        "taken": [t["result"]["ticket"] for t in taken], "again": again["result"]["ticket"],
        "called": called["result"]["ticket"], "same": same["result"]["ticket"], "refusal": busy["refusal"]["code"],
    }))


asyncio.run(main())
