// kioskWalk leads a kiosk through every state in one language and with the
// given help for the eyes, and lists what cannot be read whole anywhere, and
// every target below 80 pixels or under something else. Answers come at once and are made up here.
window.kioskWalk = async (lang, eyes) => {
  const problems = [];
  const $ = (s) => document.querySelector(s);
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const until = async (what) => {
    for (let i = 0; i < 200; i++) {
      if (what()) return;
      await frame();
    }
    throw new Error(`${lang} ${eyes}: never came: ${what}`);
  };
  const tap = async (selector) => {
    await until(() => $(selector) && !$(selector).disabled);
    $(selector).dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    $(selector).click();
    await frame();
  };
  const covered = (b, r) => {
    const on = document.querySelector('.shade,.toast,.busy');
    if (on && !on.contains(b)) return false;
    const top = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    return top !== b && !b.contains(top);
  };
  const look = (state) => {
    for (const p of window.clipped()) problems.push(`${state}: ${p}`);
    for (const b of document.querySelectorAll('button')) {
      const r = b.getBoundingClientRect();
      if (r.width > 0 && covered(b, r)) problems.push(`${state}: target ${b.className} «${b.textContent.trim()}» lies under another`);
      if (r.width > 0 && (r.width < 79.5 || r.height < 79.5) && !b.closest('.sheetbody')) problems.push(`${state}: target ${b.className} «${b.textContent.trim()}» is ${r.width.toFixed()}×${r.height.toFixed()}`);
    }
  };
  const change = async (part) => {
    lobby.state = { ...lobby.state, ...part };
    lobby.changed();
    await frame();
  };
  const answer = { ticket: 'M045', day: '2026-11-23', token: 'Zq3-x_9', ahead: 17, forecast: { low: 115, high: 135, before: '2026-11-23T02:50:00Z' } };
  const take = async (state, result) => {
    lobby.command = async (c) => (c.type === 'take' ? { ...answer, ...result } : { print: 'printed' });
    await tap('.chain.cm');
    await tap('.svc:not([disabled])');
    await until(() => $('.okk .n') && !$('.busy'));
    look(state);
  };
  const home = async () => {
    await tap('.bk');
    await until(() => $('.chains'));
  };
  const type = async (letters) => {
    for (const key of letters) {
      const wanted = () => [...document.querySelectorAll('.keys button')].find((b) => b.textContent.trim() === key);
      await until(wanted);
      wanted().click();
      await frame();
    }
  };
  const { fetch } = window;
  window.fetch = async (url, o) => (/rating\/(?!M901)/.test(String(url)) ? { ok: false, status: 404 } : fetch(url, o));
  lobby.command = async () => answer;
  await tap(`.seg button[lang="${lang}"]`);
  for (const eye of eyes) await tap(`.bar>button:nth-of-type(${{ big: 1, hc: 2, low: 3 }[eye]})`);
  look('home');
  const { devices, services, chains } = lobby.state;
  for (const n of [1, 3, 5, 6]) {
    await change({ chains: [...chains, ...chains].slice(0, n) });
    look(`home of ${n}`);
  }
  const steps = ['estate', 'tax', 'fund', 'police', 'estate'].map((service, i) => ({ service, name: `${services.find((x) => x.id === service).name}受理`, mode: i === 3 ? 'paper' : '' }));
  await change({ chains: chains.map((x) => (x.id === 'M' ? { ...x, flow: { name: '不动产登记「四证」联办', limit: '90m', steps } } : x)) });
  await take('done journey', { print: 'unconfirmed', chain: 'M' });
  await tap('.okk .btns button:nth-child(2)');
  await change({ chains });
  await change({ devices: devices.map((d) => (d.id === 'printer/front' ? { ...d, state: 'down' } : d)) });
  look('home without paper');
  for (const [state, ...taps] of [['event', '.evs button:nth-child(5)'], ['departments', '.more button:first-child'], ['letters', '.more button:first-child', '.az button:nth-child(6)'], ['progress', '.fast button:nth-child(2)']]) {
    if (state === 'event' && getComputedStyle($('.ev')).display === 'none') taps[0] = '.chain.cm';
    for (const next of taps) await tap(next);
    look(`${state} without paper`);
    await home();
  }
  await tap('.fast button:first-child');
  await type('YJS');
  look('found many without paper');
  await home();
  await change({ devices, open: false });
  look('home closed');
  await change({ open: true });
  for (const n of [1, 2, 3, 4]) {
    await tap(`.chains .chain:nth-child(${n})`);
    look(`chain ${n}`);
    await home();
  }
  await tap('.more .pri');
  look('kind of ticket');
  await tap('.choices button:nth-child(1)');
  if ($('.evs') && getComputedStyle($('.ev')).display !== 'none') {
    await tap('.evs button:nth-child(5)');
    look('life event');
    await tap('.info');
    window.seen.clear();
    for (;;) {
      await frame();
      look('sheet');
      const next = $('.sheet .pager button:last-child');
      if (!next || next.disabled) break;
      await tap('.sheet .pager button:last-child');
    }
    for (const li of document.querySelectorAll('.fact li,.fact h2')) {
      if (![...li.childNodes].some((n) => window.seen.has(n))) problems.push(`sheet: no page shows «${li.textContent}»`);
    }
    await tap('.sheet .btns button:first-child');
    await home();
  }
  await tap('.more button:first-child');
  look('departments');
  await tap('.dg button:nth-child(6)');
  look('department');
  await tap('.bk');
  await tap('.bk');
  await tap('.fast button:first-child');
  look('find');
  await type('BDC');
  look('found');
  for (let i = 0; i < 3; i++) await tap('.keys .del');
  await type('YJS');
  await until(() => $('.list .pager'));
  look('found many');
  await home();
  await tap('.fast button:nth-child(2)');
  const typed = $('.typed input');
  for (const [state, number] of [['progress', lobby.state.waiting[3].ticket], ['progress called', lobby.state.windows.find((w) => w.ticket).ticket], ['progress unknown', 'M999']]) {
    typed.value = number;
    typed.dispatchEvent(new Event('input'));
    await frame();
    look(state);
  }
  typed.value = 'M901';
  typed.dispatchEvent(new Event('input'));
  await until(() => $('button.rate'));
  look('progress rateable');
  await tap('button.rate');
  look('faces');
  await tap('.faces button:last-child');
  look('reasons');
  lobby.command = async () => ({ r: 'ok' });
  await tap('.send .pr');
  await until(() => !$('.busy') && !$('.send'));
  look('thanks');
  await home();
  lobby.command = async () => { throw { code: 'quota_day', say: lang === 'en' ? 'All 120 numbers of today for Social insurance and medical insurance have been given' : '「社会保险与医疗保险」今天的 120 个号已经取完，请明天再来' }; };
  await tap('.chain.cm');
  await tap('.svc:not([disabled])');
  await until(() => $('.toast'));
  look('refused');
  await tap('.toast button');
  lobby.command = async () => { throw { code: 'one_more', say: lang === 'en' ? 'You have just taken M045. Do you want one more number?' : '刚刚取过 M045，还要再取一个号吗？' }; };
  await tap('.svc:not([disabled])');
  await until(() => $('.again-ask'));
  look('one more');
  await tap('.again-ask .no');
  const now = Date.now;
  Date.now = () => now() + 46000;
  lobby.changed();
  await until(() => $('.ask .yes'));
  look('still there');
  Date.now = now;
  await tap('.ask .yes');
  await home();
  for (const print of ['printed', 'unconfirmed', 'none']) {
    await take(`done ${print}`, { print });
    await tap('.okk .btns button:nth-child(2)');
  }
  await take('done elsewhere', { print: 'printed', printer: 'printer/other' });
  await tap('.okk .btns button:nth-child(2)');
  await take('done failed', { print: 'failed' });
  await tap('.keep');
  await until(() => !$('.keep'));
  look('done kept');
  await tap('.okk .btns button:nth-child(2)');
  await change({ services: services.map((s) => ({ ...s, open: false })) });
  await tap('.chain.cm');
  look('chain without windows');
  await home();
  await change({ services });
  Object.defineProperty(lobby, 'stale', { configurable: true, get: () => true });
  lobby.changed();
  await until(() => $('.gone'));
  look('away');
  delete lobby.stale;
  lobby.changed();
  await until(() => $('.chains'));
  window.fetch = fetch;
  for (const eye of eyes) await tap(`.bar>button:nth-of-type(${{ big: 1, hc: 2, low: 3 }[eye]})`);
  return problems;
};
