"""A pager in another language: hears of nothing but alerts, loses its
connection after the first one, and goes on until all of its subjects are well.

usage: alerts.py URL SUBJECT...    prints "ready", then one JSON line
"""
import asyncio
import json
import sys

from feed import Feed

URL, SUBJECTS = sys.argv[1], sys.argv[2:]


async def main():
    me = Feed(URL.replace("http", "ws", 1) + "/api/v1/feed", topics="alerts")
    await me.connect()
    print("ready", flush=True)
    raised, cleared, ids = {}, [], {}
    while set(cleared) < set(SUBJECTS):
        m = await me.receive()
        if m["type"] != "record":
            continue
        data = m["data"]
        if m["event"] == "alert.raised":
            raised[data["subject"]] = data["say"]
            ids[data["alert"]] = data["subject"]
        elif m["event"] == "alert.cleared" and ids.get(data["alert"]) in SUBJECTS:
            cleared.append(ids[data["alert"]])
        if len(me.events) == 1:
            me.pull_the_cable()
            await me.connect()
    await me.ws.close()
    print(json.dumps({"raised": raised, "cleared": cleared, "events": me.names(), "skips": me.skips, "resumed": me.resumed}))


asyncio.run(main())
