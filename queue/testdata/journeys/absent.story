# Two steps of a chain wait for one person at the same time, at windows 16 and 40.
# Called to one, the person cannot be called to the other. Who does not come
# suspends the chain: its clock runs on and counts the absence, but the other
# step may be called again.

> at 01:00:00
> window_open {"window":"9"}
  #3 window.opened {"window":"9"}
> window_open {"window":"16"}
  #4 window.opened {"window":"16"}
> window_open {"window":"40"}
  #5 window.opened {"window":"40"}
> take {"chain":"licence"}
  #6 ticket.issued {"ticket":"M001","leg":"M001/1","day":"2026-11-23","token":"nonce-0006-nonce-nonce","prefix":"M","service":"four","class":"normal"}
  #7 forecast.given {"ticket":"M001","leg":"M001/1","ahead":0,"windows":1,"model":"position"}
  #8 journey.started {"ticket":"M001","chain":{"id":"licence","version":1,"name":"「一照四证」联办","limit":"2h0m0s","steps":[{"id":"accept","name":"综合受理","service":"four","usual":"15m0s"},{"id":"tax","name":"税务登记","service":"tax","after":["accept"],"usual":"10m0s"},{"id":"fees","name":"刻章缴费","service":"fees","after":["accept"],"usual":"10m0s"},{"id":"issue","name":"领取证照","service":"issue","after":["tax","fees"],"usual":"5m0s"}]}}
  #9 journey.step_started {"ticket":"M001","step":"accept","leg":"M001/1","service":"four","class":"normal","seniority":"2026-11-23T01:00:00Z"}
> call_next {"window":"9"}
  #10 ticket.called {"ticket":"M001","leg":"M001/1","window":"9","service":"four","why":{"rule":"accumulating","tier":"pool","credit":0,"runners_up":[]}}
> arrive {"window":"9"}
  #11 ticket.arrived {"ticket":"M001","leg":"M001/1","window":"9"}
> at 01:10:00
> finish {"window":"9"}
  #12 ticket.done {"ticket":"M001","leg":"M001/1","window":"9","service":"four","standard":"national-2020","prompt":"nonce-0009-n","prompt_until":"2026-11-23T01:10:20Z"}
  #13 journey.step_done {"ticket":"M001","step":"accept","area":"A"}
  #14 journey.step_started {"ticket":"M001","step":"tax","leg":"M001/2","service":"tax","class":"normal","seniority":"2026-11-23T01:10:00Z"}
  #15 journey.step_started {"ticket":"M001","step":"fees","leg":"M001/3","service":"fees","class":"normal","seniority":"2026-11-23T01:10:00Z","ready":"2026-11-23T01:13:00Z"}
> hall
  window 9 idle  done 1 ratings map[]
  window 10 closed  done 0 ratings map[]
  window 16 idle  done 0 ratings map[]
  window 40 idle  done 0 ratings map[]
  window 53 closed  done 0 ratings map[]
  window 54 closed  done 0 ratings map[]
  M001 waiting for tax
  M001 waiting for fees
  service four open true waiting 0 forecast {"ahead":0,"windows":1}
  service issue open false waiting 0 forecast {"ahead":0,"windows":0}
  service tax open true waiting 1 forecast {"ahead":1,"windows":1}
  service social open true waiting 0 forecast {"ahead":0,"windows":1}
  service project open false waiting 0 forecast {"ahead":0,"windows":0}
  service fees open true waiting 1 forecast {"ahead":0,"windows":1}
  service permit open false waiting 0 forecast {"ahead":0,"windows":0}
  figures {"issued":1,"calls":1,"served":1,"no_show":0,"voided":0,"cancelled":0,"expired":0,"waiting":2,"serving":0,"average_wait":0,"ratings":{}}
> at 01:14:00
> call_next {"window":"16"}
  #16 ticket.called {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","why":{"rule":"accumulating","tier":"pool","credit":240,"runners_up":[]}}
> call_next {"window":"40"}
  refused: nothing_waiting: 40 号窗口可办的业务没有人等候
> call {"window":"40","ticket":"M001","reason":"快一点"}
  refused: person_busy: 号码 M001 的持有人正在 16 号窗口，办完才能呼叫
> hall
  window 9 idle  done 1 ratings map[]
  window 10 closed  done 0 ratings map[]
  window 16 calling M001 done 0 ratings map[]
  window 40 idle  done 0 ratings map[]
  window 53 closed  done 0 ratings map[]
  window 54 closed  done 0 ratings map[]
  M001 blocked for fees
  service four open true waiting 0 forecast {"ahead":0,"windows":1}
  service issue open false waiting 0 forecast {"ahead":0,"windows":0}
  service tax open true waiting 0 forecast {"ahead":0,"windows":1}
  service social open true waiting 0 forecast {"ahead":0,"windows":1}
  service project open false waiting 0 forecast {"ahead":0,"windows":0}
  service fees open true waiting 1 forecast {"ahead":0,"windows":1}
  service permit open false waiting 0 forecast {"ahead":0,"windows":0}
  figures {"issued":1,"calls":2,"served":1,"no_show":0,"voided":0,"cancelled":0,"expired":0,"waiting":1,"serving":0,"average_wait":120,"ratings":{}}
> at 01:16:00
> no_show {"window":"16"}
  #17 ticket.no_show {"ticket":"M001","leg":"M001/2","window":"16"}
  #18 journey.suspended {"ticket":"M001","step":"tax","cause":"absent"}
> tick
  #19 alert.raised {"alert":"idle:40","level":"amber","subject":"40","say":"40 号窗口空闲，有人等候未呼叫","window":"40","stage":"window","text":"alert.idle","args":["40",""]}
  #20 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:47:00Z"}
> journey M001
  「一照四证」联办 version 1 suspended, began 01:00:00, to end 01:47:00, limit 03:00:00
  next: fees at fees, 3m0s to walk
  accept 综合受理 (person) done 10m0s
  tax 税务登记 (person) open 6m0s, absent since 01:16:00
  fees 刻章缴费 (person) open 4m0s, wait since 01:16:00
  issue 领取证照 (person) pending 0s

# The person went to window 40 first.
> call_next {"window":"40"}
  #21 ticket.called {"ticket":"M001","leg":"M001/3","window":"40","service":"fees","why":{"rule":"accumulating","tier":"pool","credit":360,"runners_up":[]}}
> arrive {"window":"40"}
  #22 ticket.arrived {"ticket":"M001","leg":"M001/3","window":"40"}
> at 01:20:00
> recover {"ticket":"M001"}
  #23 ticket.recovered {"ticket":"M001","leg":"M001/2","seniority":"2026-11-23T01:10:00Z","policy":"front","missed":1}
  #24 journey.resumed {"ticket":"M001","step":"tax"}
> call_next {"window":"16"}
  refused: nothing_waiting: 16 号窗口可办的业务没有人等候
> at 01:22:00
> finish {"window":"40"}
  #25 ticket.done {"ticket":"M001","leg":"M001/3","window":"40","service":"fees","standard":"national-2020","prompt":"nonce-0019-n","prompt_until":"2026-11-23T01:22:20Z"}
  #26 journey.step_done {"ticket":"M001","step":"fees","area":"B","ways":[{"leg":"M001/2","ready":"2026-11-23T01:25:00Z"}]}
> journey M001
  「一照四证」联办 version 1 running, began 01:00:00, to end 01:47:00, limit 03:00:00
  next: tax at tax, 3m0s to walk
  accept 综合受理 (person) done 10m0s
  tax 税务登记 (person) open 10m0s, wait since 01:22:00
  fees 刻章缴费 (person) done 10m0s
  issue 领取证照 (person) pending 0s

# From the second floor down again it takes three minutes.
> at 01:24:00
> call_next {"window":"16"}
  refused: nothing_waiting: 16 号窗口可办的业务没有人等候
> at 01:25:00
> call_next {"window":"16"}
  #27 ticket.called {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","why":{"rule":"accumulating","tier":"front","credit":900,"runners_up":[]}}
> arrive {"window":"16"}
  #28 ticket.arrived {"ticket":"M001","leg":"M001/2","window":"16"}
> at 01:30:00
> finish {"window":"16"}
  #29 ticket.done {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","standard":"national-2020","prompt":"nonce-0023-n","prompt_until":"2026-11-23T01:30:20Z"}
  #30 journey.step_done {"ticket":"M001","step":"tax","area":"A"}
  #31 journey.step_started {"ticket":"M001","step":"issue","leg":"M001/4","service":"issue","class":"normal","seniority":"2026-11-23T01:28:00Z"}

# The day ends before the last step. What is left is said to be left.
> at 09:00:00
> day_close
  #32 ticket.expired {"ticket":"M001","leg":"M001/4","reason":"day_closed"}
  #33 window.closed {"window":"9"}
  #34 window.closed {"window":"16"}
  #35 window.closed {"window":"40"}
  #36 journey.aborted {"ticket":"M001","reason":"day_closed"}
  #37 day.closed {"day":"2026-11-23"}
> journey M001
  「一照四证」联办 version 1 aborted, began 01:00:00, to end 01:47:00, limit 03:00:00
  accept 综合受理 (person) done 10m0s
  tax 税务登记 (person) done 18m0s
  fees 刻章缴费 (person) done 10m0s
  issue 领取证照 (person) withdrawn 7h30m0s
