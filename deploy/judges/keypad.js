// A keypad written from hardware-docs/mqtt.md with mqtt.js, over MQTT 5 and TLS:
//   node keypad.js HALL NAME PORT CA PASSWORD KEY LEVEL
// It answers every question with the level given, signed, and repeats until the
// ack; then it sends the same press again, and has second thoughts once.
'use strict';
const { createHmac } = require('crypto');
const fs = require('fs');
const mqtt = require('mqtt');

const [hall, name, port, ca, password, key, level] = process.argv.slice(2);
const root = `lobby/${hall}/keypad/${name}/`;
const waiting = new Map();
const answered = new Map();
let count = 0;

const client = mqtt.connect(`mqtts://127.0.0.1:${port}`, {
  protocolVersion: 5, clientId: name, username: name, password, ca: fs.readFileSync(ca), clean: true, keepalive: 20,
  will: { topic: `${root}state`, payload: JSON.stringify({ s: 'offline', boot: 'js' }), qos: 1, retain: true },
});

function press(prompt, k) {
  count += 1;
  const id = `js-${count}`;
  const mac = createHmac('sha256', Buffer.from(key, 'hex')).update(`${id}|${prompt}|${k}`).digest('hex').slice(0, 16);
  waiting.set(id, { at: Date.now(), event: { v: 1, id, k, prompt, mac } });
  send(id);
}

function send(id) {
  const { at, event } = waiting.get(id) || answered.get(id);
  client.publish(`${root}event`, JSON.stringify({ ...event, ago: Date.now() - at, up: Math.round(process.uptime() * 1000) }), { qos: 1 });
}

client.on('connect', () => {
  client.publish(`${root}state`, JSON.stringify({ s: 'online', boot: 'js', n: count }), { qos: 1, retain: true });
  client.publish(`${root}info`, JSON.stringify({ model: 'mqtt.js', hardware: 'none', firmware: '1', keys: {}, screen: true }), { qos: 1, retain: true });
  client.subscribe([`${root}ack`, `${root}cmd`], { qos: 1 }, (err, granted) => console.log('connected', err || granted.map((g) => g.qos).join(' ')));
});

client.on('message', (topic, payload) => {
  const told = JSON.parse(payload);
  if (topic === `${root}cmd`) {
    console.log(told.c, told.c === 'prompt' ? `${told.standard} ${(told.reasons || []).length}` : '');
    if (told.c === 'prompt') press(told.prompt, Number(level));
    return;
  }
  console.log('ack', told.id, told.r, told.why || '');
  const first = waiting.get(told.id);
  if (!first) return;
  waiting.delete(told.id);
  answered.set(told.id, first);
  if (told.id !== 'js-1') return;
  send(told.id); // as after an answer that was lost
  press(first.event.prompt, 1); // second thoughts
});
client.on('error', (err) => console.log('error', err.message));
setInterval(() => [...waiting.keys()].forEach(send), 500);
