# One day at three windows. Times are UTC; the hall opens at nine in the morning there.

> at 01:00:00
> take {"service":"social"}
  #3 ticket.issued {"ticket":"M001","leg":"M001/1","day":"2026-11-23","token":"nonce-0003-nonce-nonce","prefix":"M","service":"social","class":"normal"}
  #4 forecast.given {"ticket":"M001","leg":"M001/1","ahead":0,"windows":0,"model":"position"}
> take {"service":"social","kiosk":"k1","item":"s-12","lang":"en"}
  #5 ticket.issued {"ticket":"M002","leg":"M002/1","day":"2026-11-23","token":"nonce-0004-nonce-nonce","prefix":"M","service":"social","item":"s-12","class":"normal","kiosk":"k1","printer":"p1","lang":"en"}
  #6 forecast.given {"ticket":"M002","leg":"M002/1","ahead":1,"windows":0,"model":"position"}
> window_open {"window":"1","staff":"0412"}
  #7 window.opened {"window":"1","staff":"0412"}
> window_open {"window":"2","staff":"0777"}
  #8 window.opened {"window":"2","staff":"0777"}

# The second slip is still in the printer, so only the first may be called.
> at 01:00:10
> call_next {"window":"1"}
  #9 ticket.called {"ticket":"M001","leg":"M001/1","window":"1","staff":"0412","service":"social","why":{"rule":"accumulating","tier":"pool","credit":10,"runners_up":[]}}
> call_next {"window":"2"}
  refused: nothing_waiting: 2 号窗口可办的业务没有人等候
> slip M002 printed
  #10 ticket.printed {"ticket":"M002","leg":"M002/1","printer":"p1","copy":0}
> call_next {"window":"2"}
  #11 ticket.called {"ticket":"M002","leg":"M002/1","window":"2","staff":"0777","service":"social","why":{"rule":"accumulating","tier":"pool","credit":10,"runners_up":[]}}

# The paper ends: the number waits for nobody, and is given back after two minutes.
> at 01:01:00
> device printer/p1 down paper
  #12 device.down {"device":"printer/p1","kind":"printer","why":"paper"}
  #13 alert.raised {"alert":"device:printer/p1","level":"amber","subject":"printer/p1","say":"printer/p1：paper","stage":"section"}
> take {"service":"estate","kiosk":"k1"}
  #14 ticket.issued {"ticket":"M003","leg":"M003/1","day":"2026-11-23","token":"nonce-0012-nonce-nonce","prefix":"M","service":"estate","class":"normal","kiosk":"k1","printer":"p1"}
  #15 forecast.given {"ticket":"M003","leg":"M003/1","ahead":0,"windows":1,"model":"position"}
> slip M003 failed
  #16 ticket.print_failed {"ticket":"M003","leg":"M003/1","printer":"p1","copy":0}
> take {"service":"estate","kiosk":"k1"}
  #17 ticket.issued {"ticket":"M004","leg":"M004/1","day":"2026-11-23","token":"nonce-0014-nonce-nonce","prefix":"M","service":"estate","class":"normal","kiosk":"k1","printer":"p1"}
  #18 forecast.given {"ticket":"M004","leg":"M004/1","ahead":1,"windows":1,"model":"position"}
> slip M004 failed
  #19 ticket.print_failed {"ticket":"M004","leg":"M004/1","printer":"p1","copy":0}
> keep {"ticket":"M004"}
  #20 ticket.kept {"ticket":"M004","leg":"M004/1"}
> device printer/p1 up
  #21 device.up {"device":"printer/p1","kind":"printer"}
  #22 alert.cleared {"alert":"device:printer/p1"}
> at 01:02:59
> tick
  #23 alert.raised {"alert":"arrive:M001/1","level":"amber","subject":"M001/1","say":"号码 M001 已呼叫，未到 1 号窗口","ticket":"M001","window":"1","service":"social","why":"absent","stage":"window","text":"alert.arrive","args":["M001","社会保险","1","@cause absent"]}
  #24 alert.raised {"alert":"arrive:M002/1","level":"amber","subject":"M002/1","say":"号码 M002 已呼叫，未到 2 号窗口","ticket":"M002","window":"2","service":"social","why":"absent","stage":"window","text":"alert.arrive","args":["M002","社会保险","2","@cause absent"]}
> at 01:03:00
> tick
  #25 ticket.voided {"ticket":"M003","leg":"M003/1","reason":"print_failed"}
> hall
  window 1 calling M001 done 0 ratings map[]
  window 2 calling M002 done 0 ratings map[]
  window 3 closed  done 0 ratings map[]
  M004 waiting for estate
  service social open true waiting 0 forecast {"ahead":0,"windows":2}
  service estate open true waiting 1 forecast {"ahead":1,"windows":1}
  service shop open false waiting 0 forecast {"ahead":0,"windows":0}
  figures {"issued":4,"calls":2,"served":0,"no_show":0,"voided":1,"cancelled":0,"expired":0,"waiting":1,"serving":0,"average_wait":10,"ratings":{}}

# One comes, the other does not.
> arrive {"window":"1"}
  #26 ticket.arrived {"ticket":"M001","leg":"M001/1","window":"1"}
> recall {"window":"2"}
  #27 ticket.recalled {"ticket":"M002","leg":"M002/1","window":"2","n":1}
> no_show {"window":"2"}
  #28 ticket.no_show {"ticket":"M002","leg":"M002/1","window":"2"}
> at 01:07:00
> finish {"window":"1","outcome":"accepted"}
  #29 ticket.done {"ticket":"M001","leg":"M001/1","window":"1","staff":"0412","service":"social","outcome":"accepted","standard":"national-2020","prompt":"nonce-0023-n","prompt_until":"2026-11-23T01:07:20Z"}
> press kp-2 M001 1
  #30 rating.refused {"ticket":"","leg":"","channel":"keypad","device":"kp-2","level":1,"pressed":"2026-11-23T01:07:00Z","why":"other_window"}
> press kp-1 M001 5
  #31 rating.given {"ticket":"M001","leg":"M001/1","window":"1","staff":"0412","service":"social","channel":"keypad","device":"kp-1","standard":"national-2020","level":5,"pressed":"2026-11-23T01:07:00Z"}
> press kp-1 M001 4
  #32 rating.duplicate {"ticket":"M001","leg":"M001/1","window":"1","staff":"0412","service":"social","channel":"keypad","device":"kp-1","standard":"national-2020","level":4,"pressed":"2026-11-23T01:07:00Z"}

# The absent one comes back, in front of those who came later.
> recover {"ticket":"M002"}
  #33 ticket.recovered {"ticket":"M002","leg":"M002/1","seniority":"2026-11-23T01:00:00Z","policy":"front","missed":1}
> take {"service":"social","class":"priority"}
  #34 ticket.issued {"ticket":"M005","leg":"M005/1","day":"2026-11-23","token":"nonce-0028-nonce-nonce","prefix":"M","service":"social","class":"priority"}
  #35 forecast.given {"ticket":"M005","leg":"M005/1","ahead":1,"windows":2,"model":"position"}
> call_next {"window":"2"}
  #36 ticket.called {"ticket":"M002","leg":"M002/1","window":"2","staff":"0777","service":"social","why":{"rule":"accumulating","tier":"front","credit":420,"runners_up":[{"ticket":"M005","tier":"pool","credit":0}]}}
> arrive {"window":"2"}
  #37 ticket.arrived {"ticket":"M002","leg":"M002/1","window":"2"}

# A hold, a ticket out of order, and the return.
> at 01:08:00
> hold {"window":"2","reason":"copies"}
  #38 ticket.held {"ticket":"M002","leg":"M002/1","window":"2","reason":"copies"}
> call {"window":"2","ticket":"M005"}
  refused: reason_missing: 不按顺序呼叫必须写明原因
> call {"window":"2","ticket":"M005","reason":"flight at noon"}
  #39 ticket.called {"ticket":"M005","leg":"M005/1","window":"2","staff":"0777","service":"social","why":{"rule":"chosen","tier":"chosen","credit":150,"runners_up":[],"reason":"flight at noon"}}
> arrive {"window":"2"}
  #40 ticket.arrived {"ticket":"M005","leg":"M005/1","window":"2"}
> resume {"ticket":"M002"}
  refused: window_busy: 2 号窗口正在办理 M005
> at 01:10:00
> transfer {"window":"2","to_window":"1","keep":true}
  #41 ticket.transferred {"ticket":"M005","leg":"M005/1","window":"2","to_service":"social","to_window":"1","new_leg":"M005/2","class":"priority","seniority":"2026-11-23T01:07:00Z"}
> resume {"ticket":"M002"}
  #42 ticket.resumed {"ticket":"M002","leg":"M002/1","window":"2"}
> call_next {"window":"1"}
  #43 ticket.called {"ticket":"M005","leg":"M005/2","window":"1","staff":"0412","service":"social","why":{"rule":"accumulating","tier":"directed","credit":450,"runners_up":[{"ticket":"M004","tier":"pool","credit":540}]}}
> hall
  window 1 calling M005 done 1 ratings map[5:1]
  window 2 serving M002 done 0 ratings map[]
  window 3 closed  done 0 ratings map[]
  M004 waiting for estate
  service social open true waiting 0 forecast {"ahead":0,"windows":2}
  service estate open true waiting 1 forecast {"ahead":1,"windows":1}
  service shop open false waiting 0 forecast {"ahead":0,"windows":0}
  figures {"issued":5,"calls":5,"served":1,"no_show":0,"voided":1,"cancelled":0,"expired":0,"waiting":1,"serving":1,"average_wait":136,"ratings":{"5":1}}

# Next while serving ends what is going on; late presses are kept and not counted.
> at 01:12:00
> arrive {"window":"1"}
  #44 ticket.arrived {"ticket":"M005","leg":"M005/2","window":"1"}
> call_next {"window":"1"}
  #45 ticket.done {"ticket":"M005","leg":"M005/2","window":"1","staff":"0412","service":"social","standard":"national-2020","prompt":"nonce-0040-n","prompt_until":"2026-11-23T01:12:20Z"}
  #46 ticket.called {"ticket":"M004","leg":"M004/1","window":"1","staff":"0412","service":"estate","why":{"rule":"accumulating","tier":"pool","credit":660,"runners_up":[]}}
> at 01:12:21
> press kp-1 M005 2
  #47 rating.late {"ticket":"M005","leg":"M005/2","window":"1","staff":"0412","service":"social","channel":"keypad","device":"kp-1","standard":"national-2020","level":2,"pressed":"2026-11-23T01:12:21Z"}
> rate {"ticket":"M005","level":3,"reasons":["waiting"]}
  #48 rating.refused {"ticket":"M005","leg":"M005/2","window":"1","staff":"0412","service":"social","channel":"page","standard":"national-2020","level":3,"reasons":["waiting"],"pressed":"2026-11-23T01:12:21Z","why":"unknown_reason"}
> arrive {"window":"1"}
  #49 ticket.arrived {"ticket":"M004","leg":"M004/1","window":"1"}
> finish {"window":"1"}
  #50 ticket.done {"ticket":"M004","leg":"M004/1","window":"1","staff":"0412","service":"estate","standard":"national-2020","prompt":"nonce-0044-n","prompt_until":"2026-11-23T01:12:41Z"}
> finish {"window":"2"}
  #51 ticket.done {"ticket":"M002","leg":"M002/1","window":"2","staff":"0777","service":"social","standard":"national-2020","prompt":"nonce-0045-n","prompt_until":"2026-11-23T01:12:41Z"}

# Windows have their own lives.
> at 01:30:00
> window_pause {"window":"1","reason":"lunch"}
  #52 window.paused {"window":"1","reason":"lunch"}
> call_next {"window":"1"}
  refused: window_paused: 1 号窗口已暂停，请先恢复
> window_resume {"window":"1"}
  #53 window.resumed {"window":"1"}
> take {"service":"social"}
  #54 ticket.issued {"ticket":"M006","leg":"M006/1","day":"2026-11-23","token":"nonce-0049-nonce-nonce","prefix":"M","service":"social","class":"normal"}
  #55 forecast.given {"ticket":"M006","leg":"M006/1","ahead":0,"windows":2,"model":"position"}
> reclass {"ticket":"M006","class":"priority","reason":"disabled"}
  #56 ticket.reclassed {"ticket":"M006","leg":"M006/1","from":"normal","to":"priority","reason":"disabled"}
> window_drain {"window":"1"}
  #57 window.draining {"window":"1"}
> call_next {"window":"1"}
  refused: nothing_waiting: 1 号窗口可办的业务没有人等候
> cancel {"ticket":"M006","reason":"went home"}
  #58 ticket.cancelled {"ticket":"M006","leg":"M006/1","reason":"went home"}
> take {"service":"shop","kiosk":"k1"}
  #59 ticket.issued {"ticket":"Q001","leg":"Q001/1","day":"2026-11-23","token":"nonce-0054-nonce-nonce","prefix":"Q","service":"shop","class":"normal","kiosk":"k1","printer":"p1"}
  #60 forecast.given {"ticket":"Q001","leg":"Q001/1","ahead":0,"windows":0,"model":"position"}
> slip Q001 unconfirmed
  #61 ticket.print_unknown {"ticket":"Q001","leg":"Q001/1","printer":"p1","copy":0}
> reprint {"ticket":"Q001"}
  #62 ticket.reprinted {"ticket":"Q001","leg":"Q001/1","printer":"p1","copy":1}
> slip Q001 printed
  #63 ticket.printed {"ticket":"Q001","leg":"Q001/1","printer":"p1","copy":1}
> hall
  window 1 draining  done 3 ratings map[5:1]
  window 2 idle  done 1 ratings map[]
  window 3 closed  done 0 ratings map[]
  Q001 waiting for shop
  service social open true waiting 0 forecast {"ahead":0,"windows":1}
  service estate open false waiting 0 forecast {"ahead":0,"windows":0}
  service shop open false waiting 1 forecast {"ahead":1,"windows":0}
  figures {"issued":7,"calls":6,"served":4,"no_show":0,"voided":1,"cancelled":1,"expired":0,"waiting":1,"serving":0,"average_wait":223.33333333333334,"ratings":{"5":1}}

# The end of the day.
> at 09:00:00
> window_close {"window":"2"}
  #64 window.closed {"window":"2"}
> day_close
  #65 ticket.expired {"ticket":"Q001","leg":"Q001/1","reason":"day_closed"}
  #66 window.closed {"window":"1"}
  #67 day.closed {"day":"2026-11-23"}
> take {"service":"social"}
  refused: day_not_open: 今天还没有开门，请先执行 day_open
> day_open {"day":"2026-11-24"}
  #68 day.opened {"day":"2026-11-24"}
> take {"service":"social"}
  #69 ticket.issued {"ticket":"M001","leg":"M001/1","day":"2026-11-24","token":"nonce-0062-nonce-nonce","prefix":"M","service":"social","class":"normal"}
  #70 forecast.given {"ticket":"M001","leg":"M001/1","ahead":0,"windows":0,"model":"position"}
> hall
  window 1 closed  done 0 ratings map[]
  window 2 closed  done 0 ratings map[]
  window 3 closed  done 0 ratings map[]
  M001 waiting for social
  service social open false waiting 1 forecast {"ahead":1,"windows":0}
  service estate open false waiting 0 forecast {"ahead":0,"windows":0}
  service shop open false waiting 0 forecast {"ahead":0,"windows":0}
  figures {"issued":1,"calls":0,"served":0,"no_show":0,"voided":0,"cancelled":0,"expired":0,"waiting":1,"serving":0,"average_wait":0,"ratings":{}}
