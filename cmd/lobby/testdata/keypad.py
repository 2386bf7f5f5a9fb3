"""A keypad written from hardware-docs/mqtt.md with another library: it answers
every question with the level given, signed, and repeats until the ack."""
import hashlib, hmac, json, ssl, sys, time
import paho.mqtt.client as mqtt

hall, name, port, ca, password, key, level = sys.argv[1:8]
root = f"lobby/{hall}/keypad/{name}/"
waiting = {}
count = 0


def connected(client, userdata, flags, rc):
    client.subscribe([(root + "ack", 1), (root + "cmd", 1)])
    client.publish(root + "state", json.dumps({"s": "online", "boot": "py", "n": count}), qos=1, retain=True)
    print("connected", rc, flush=True)


def message(client, userdata, m):
    global count
    told = json.loads(m.payload)
    if m.topic == root + "ack":
        waiting.pop(told["id"], None)
        print("ack", told["id"], told["r"], flush=True)
    elif told["c"] == "prompt":
        count += 1
        press = {"v": 1, "id": f"py-{count}", "k": int(level), "prompt": told["prompt"]}
        text = f"{press['id']}|{press['prompt']}|{press['k']}"
        press["mac"] = hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).hexdigest()[:16]
        waiting[press["id"]] = (time.monotonic(), press)
    else:
        print(told["c"], flush=True)


client = mqtt.Client(client_id=name, clean_session=True)
client.username_pw_set(name, password)
client.tls_set(ca_certs=ca, tls_version=ssl.PROTOCOL_TLS_CLIENT)
client.will_set(root + "state", json.dumps({"s": "offline", "boot": "py"}), qos=1, retain=True)
client.on_connect, client.on_message = connected, message
client.connect("127.0.0.1", int(port), keepalive=20)
client.loop_start()
while True:
    for at, press in list(waiting.values()):
        ago = int((time.monotonic() - at) * 1000)
        client.publish(root + "event", json.dumps({**press, "ago": ago}), qos=1)
    time.sleep(0.5)
