# Every clock that a manager watches: raised once, taken on with a cause, cleared
# by itself. "pass" lets the time go by and does what time alone brings about.

# Case 12: the last window of a service pauses, and the service is stalled at once.
> at 01:00:00
> window_open {"window":"53"}
  #3 window.opened {"window":"53"}
> window_pause {"window":"53","reason":"会议","for":"10m"}
  #4 window.paused {"window":"53","reason":"会议","for":"10m0s"}
> pass 1s
  01:00:00 #5 alert.raised {"alert":"stalled:project","level":"red","subject":"project","say":"「项目立项」没有窗口办理，0 人等候","service":"project","why":"no_window","stage":"section","text":"alert.stalled","args":["项目立项","0","0"]}
> alert_ack {"alert":"stalled:project","cause":"窗口人员开会"}
  #6 alert.acknowledged {"alert":"stalled:project","cause":"窗口人员开会"}
> window_resume {"window":"53"}
  #7 window.resumed {"window":"53"}
> pass 1s
  01:00:01 #8 alert.cleared {"alert":"stalled:project"}

# A pause that lasts longer than was said.
> window_pause {"window":"53","reason":"会议","for":"10m"}
  #9 window.paused {"window":"53","reason":"会议","for":"10m0s"}
> pass 10m
  01:00:02 #10 alert.raised {"alert":"stalled:project","level":"red","subject":"project","say":"「项目立项」没有窗口办理，0 人等候","service":"project","why":"no_window","stage":"section","text":"alert.stalled","args":["项目立项","0","0"]}
  01:05:02 #11 alert.escalated {"alert":"stalled:project","to":"manager"}
  01:10:02 #12 alert.raised {"alert":"pause:53","level":"amber","subject":"53","say":"53 号窗口暂停已超过申报时间（会议）","window":"53","stage":"window","text":"alert.pause","args":["53","会议"]}
  01:10:02 #13 alert.escalated {"alert":"stalled:project","to":"supervision"}
> window_resume {"window":"53"}
  #14 window.resumed {"window":"53"}
> pass 1s
  01:10:02 #15 alert.cleared {"alert":"pause:53"}
  01:10:02 #16 alert.cleared {"alert":"stalled:project"}

# A free window lets somebody wait for a minute.
> at 01:20:00
> take {"service":"project"}
  #17 ticket.issued {"ticket":"T001","leg":"T001/1","day":"2026-11-23","token":"nonce-0015-nonce-nonce","prefix":"T","service":"project","class":"normal"}
  #18 forecast.given {"ticket":"T001","leg":"T001/1","ahead":0,"windows":1,"model":"position"}
> pass 61s
  01:21:00 #19 alert.raised {"alert":"idle:53","level":"amber","subject":"53","say":"53 号窗口空闲，有人等候未呼叫","window":"53","stage":"window","text":"alert.idle","args":["53",""]}
> call_next {"window":"53"}
  #20 ticket.called {"ticket":"T001","leg":"T001/1","window":"53","service":"project","why":{"rule":"accumulating","tier":"pool","credit":61,"runners_up":[]}}
> pass 1s
  01:21:01 #21 alert.cleared {"alert":"idle:53"}

# The called citizen is not there after ninety seconds.
> pass 90s
  01:22:31 #22 alert.raised {"alert":"arrive:T001/1","level":"amber","subject":"T001/1","say":"号码 T001 已呼叫，未到 53 号窗口","ticket":"T001","window":"53","service":"project","why":"absent","stage":"window","text":"alert.arrive","args":["T001","项目立项","53","@cause absent"]}
> arrive {"window":"53"}
  #23 ticket.arrived {"ticket":"T001","leg":"T001/1","window":"53"}
> pass 1s
  01:22:32 #24 alert.cleared {"alert":"arrive:T001/1"}

# A service lasts too long. Nobody takes the warning on, so it goes up.
> pass 30m
  01:52:32 #25 alert.raised {"alert":"serve:T001/1","level":"amber","subject":"T001/1","say":"53 号窗口办理号码 T001（项目立项）已超时","ticket":"T001","window":"53","service":"project","why":"serve","stage":"window","text":"alert.serve","args":["T001","项目立项","53","@cause serve"]}
> pass 5m
  01:57:32 #26 alert.escalated {"alert":"serve:T001/1","to":"section"}
> pass 5m
  02:02:32 #27 alert.escalated {"alert":"serve:T001/1","to":"manager"}
> alert_ack {"alert":"serve:T001/1","cause":"材料复杂"}
  #28 alert.acknowledged {"alert":"serve:T001/1","cause":"材料复杂"}
> pass 10m
> finish {"window":"53"}
  #29 ticket.done {"ticket":"T001","leg":"T001/1","window":"53","service":"project","standard":"national-2020","prompt":"nonce-0026-n","prompt_until":"2026-11-23T02:12:53Z"}
> pass 1s
  02:12:33 #30 alert.cleared {"alert":"serve:T001/1"}

# Somebody waits longer than the limit because nobody serves.
> window_open {"window":"40"}
  #31 window.opened {"window":"40"}
> take {"service":"fees"}
  #32 ticket.issued {"ticket":"T002","leg":"T002/1","day":"2026-11-23","token":"nonce-0029-nonce-nonce","prefix":"T","service":"fees","class":"normal"}
  #33 forecast.given {"ticket":"T002","leg":"T002/1","ahead":0,"windows":1,"model":"position"}
> window_close {"window":"40","force":true}
  #34 window.closed {"window":"40"}
> pass 46m
  02:13:34 #35 alert.raised {"alert":"stalled:fees","level":"red","subject":"fees","say":"「规费缴纳」没有窗口办理，1 人等候","service":"fees","why":"no_window","stage":"section","text":"alert.stalled","args":["规费缴纳","1","0"]}
  02:18:34 #36 alert.escalated {"alert":"stalled:fees","to":"manager"}
  02:23:34 #37 alert.escalated {"alert":"stalled:fees","to":"supervision"}
  02:57:34 #38 alert.raised {"alert":"wait:T002/1","level":"amber","subject":"T002/1","say":"号码 T002 等候「规费缴纳」已超时（无窗口办理）","ticket":"T002","service":"fees","why":"no_window","stage":"window","text":"alert.wait","args":["T002","规费缴纳","","@cause no_window"]}
> window_open {"window":"40"}
  #39 window.opened {"window":"40"}
> call_next {"window":"40"}
  #40 ticket.called {"ticket":"T002","leg":"T002/1","window":"40","service":"fees","why":{"rule":"accumulating","tier":"guard","credit":2760,"runners_up":[]}}
> pass 1s
  02:58:34 #41 alert.cleared {"alert":"stalled:fees"}
  02:58:34 #42 alert.cleared {"alert":"wait:T002/1"}
