# A journey of ninety minutes goes wrong, and the warning names the step that ate
# the time and on what: first the queue at the tax window, then the person who
# did not come (case 10).

> at 01:00:00
> window_open {"window":"9"}
  #3 window.opened {"window":"9"}
> window_open {"window":"16"}
  #4 window.opened {"window":"16"}
> window_open {"window":"10"}
  #5 window.opened {"window":"10"}
> take {"chain":"four"}
  #6 ticket.issued {"ticket":"M001","leg":"M001/1","day":"2026-11-23","token":"nonce-0006-nonce-nonce","prefix":"M","service":"four","class":"normal"}
  #7 forecast.given {"ticket":"M001","leg":"M001/1","ahead":0,"windows":1,"model":"position"}
  #8 journey.started {"ticket":"M001","chain":{"id":"four","version":1,"name":"个人房产「四证」联办","limit":"1h30m0s","steps":[{"id":"accept","name":"综合受理","service":"four","usual":"15m0s"},{"id":"tax","name":"契税缴纳","service":"tax","after":["accept"],"usual":"10m0s"},{"id":"house","name":"房屋交易审核","mode":"paper","after":["accept"],"usual":"20m0s"},{"id":"land","name":"土地登记审核","mode":"paper","after":["accept"],"usual":"20m0s"},{"id":"issue","name":"领取证书","service":"issue","after":["tax","house","land"],"usual":"5m0s"}]}}
  #9 journey.step_started {"ticket":"M001","step":"accept","leg":"M001/1","service":"four","class":"normal","seniority":"2026-11-23T01:00:00Z"}
> call_next {"window":"9"}
  #10 ticket.called {"ticket":"M001","leg":"M001/1","window":"9","service":"four","why":{"rule":"accumulating","tier":"pool","credit":0,"runners_up":[]}}
> arrive {"window":"9"}
  #11 ticket.arrived {"ticket":"M001","leg":"M001/1","window":"9"}
> pass 15m
  01:00:00 #12 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:03:00 #13 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:06:00 #14 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:09:00 #15 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:12:00 #16 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:15:00 #17 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
> finish {"window":"9"}
  #18 ticket.done {"ticket":"M001","leg":"M001/1","window":"9","service":"four","standard":"national-2020","prompt":"nonce-0015-n","prompt_until":"2026-11-23T01:15:20Z"}
  #19 journey.step_done {"ticket":"M001","step":"accept","area":"A"}
  #20 journey.step_started {"ticket":"M001","step":"tax","leg":"M001/2","service":"tax","class":"normal","seniority":"2026-11-23T01:15:00Z"}
  #21 journey.step_started {"ticket":"M001","step":"house","mode":"paper","class":"normal","seniority":"2026-11-23T01:15:00Z"}
  #22 journey.step_started {"ticket":"M001","step":"land","mode":"paper","class":"normal","seniority":"2026-11-23T01:15:00Z"}
> pass 1s
  01:15:00 #23 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
> call_next {"window":"16"}
  #24 ticket.called {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","why":{"rule":"accumulating","tier":"pool","credit":1,"runners_up":[]}}
> pass 80s
  01:15:01 #25 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
> no_show {"window":"16"}
  #26 ticket.no_show {"ticket":"M001","leg":"M001/2","window":"16"}
  #27 journey.suspended {"ticket":"M001","step":"tax","cause":"absent"}
> pass 20m
  01:16:21 #28 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:19:21 #29 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:22:21 #30 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}
  01:25:21 #31 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:21Z"}
  01:28:21 #32 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:43:21Z"}
  01:31:21 #33 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:46:21Z"}
  01:34:21 #34 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:49:21Z"}
  01:35:00 #35 alert.raised {"alert":"paper:M001/house","level":"amber","subject":"M001/house","say":"号码 M001 的材料流转「房屋交易审核」已超过常用时间","ticket":"M001","step":"house","why":"paper","stage":"section","text":"alert.paper","args":["M001","房屋交易审核"]}
  01:35:00 #36 alert.raised {"alert":"paper:M001/land","level":"amber","subject":"M001/land","say":"号码 M001 的材料流转「土地登记审核」已超过常用时间","ticket":"M001","step":"land","why":"paper","stage":"section","text":"alert.paper","args":["M001","土地登记审核"]}
> step_finish {"ticket":"M001","step":"house"}
  #37 journey.step_done {"ticket":"M001","step":"house"}
> step_finish {"ticket":"M001","step":"land"}
  #38 journey.step_done {"ticket":"M001","step":"land"}
> pass 26m
  01:36:21 #39 alert.cleared {"alert":"paper:M001/house"}
  01:36:21 #40 alert.cleared {"alert":"paper:M001/land"}
  01:36:21 #41 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:51:21Z"}
  01:39:21 #42 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:54:21Z"}
  01:42:21 #43 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:57:21Z"}
  01:45:21 #44 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:00:21Z"}
  01:48:21 #45 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:03:21Z"}
  01:51:21 #46 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:06:21Z"}
  01:54:21 #47 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:09:21Z"}
  01:57:21 #48 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:12:21Z"}
  02:00:21 #49 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:15:21Z"}
> pass 28m
  02:03:00 #50 alert.raised {"alert":"share:M001","level":"teal","subject":"M001","say":"号码 M001 的个人房产「四证」联办已用去时限七成，耗时最多的是「契税缴纳」（本人未到）","ticket":"M001","service":"tax","step":"tax","why":"absent","stage":"section","text":"alert.share","args":["M001","个人房产「四证」联办","契税缴纳","@cause absent"]}
  02:03:21 #51 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:18:21Z"}
  02:06:21 #52 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:21:21Z"}
  02:08:00 #53 alert.escalated {"alert":"share:M001","to":"manager"}
  02:09:21 #54 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:24:21Z"}
  02:12:21 #55 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:27:21Z"}
  02:13:00 #56 alert.escalated {"alert":"share:M001","to":"supervision"}
  02:15:21 #57 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:30:21Z"}
  02:15:21 #58 alert.raised {"alert":"finish:M001","level":"amber","subject":"M001","say":"号码 M001 的个人房产「四证」联办预计超时，耗时最多的是「契税缴纳」（本人未到）","ticket":"M001","service":"tax","step":"tax","why":"absent","stage":"section","text":"alert.finish","args":["M001","个人房产「四证」联办","契税缴纳","@cause absent"]}
  02:18:21 #59 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:33:21Z"}
  02:20:21 #60 alert.escalated {"alert":"finish:M001","to":"manager"}
  02:21:21 #61 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:36:21Z"}
  02:24:21 #62 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:39:21Z"}
  02:25:21 #63 alert.escalated {"alert":"finish:M001","to":"supervision"}
  02:27:21 #64 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:42:21Z"}
  02:30:00 #65 alert.raised {"alert":"limit:M001","level":"red","subject":"M001","say":"号码 M001 的个人房产「四证」联办已超时，耗时最多的是「契税缴纳」（本人未到）","ticket":"M001","service":"tax","step":"tax","why":"absent","stage":"manager","text":"alert.limit","args":["M001","个人房产「四证」联办","契税缴纳","@cause absent"]}
  02:30:21 #66 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:45:21Z"}
> recover {"ticket":"M001"}
  #67 ticket.recovered {"ticket":"M001","leg":"M001/2","seniority":"2026-11-23T01:52:40.5Z","policy":"half","missed":1}
  #68 journey.resumed {"ticket":"M001","step":"tax"}
> call_next {"window":"16"}
  #69 ticket.called {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","why":{"rule":"accumulating","tier":"pool","credit":2260.5,"runners_up":[]}}
> arrive {"window":"16"}
  #70 ticket.arrived {"ticket":"M001","leg":"M001/2","window":"16"}
> pass 5m
  02:30:21 #71 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:45:21Z"}
  02:33:21 #72 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:45:21Z"}
  02:35:00 #73 alert.escalated {"alert":"limit:M001","to":"supervision"}
> finish {"window":"16"}
  #74 ticket.done {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","standard":"national-2020","prompt":"nonce-0062-n","prompt_until":"2026-11-23T02:35:41Z"}
  #75 journey.step_done {"ticket":"M001","step":"tax","area":"A"}
  #76 journey.step_started {"ticket":"M001","step":"issue","leg":"M001/3","service":"issue","class":"normal","seniority":"2026-11-23T02:35:20.5Z"}
> pass 1s
  02:35:21 #77 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:40:21Z"}
> call_next {"window":"10"}
  #78 ticket.called {"ticket":"M001","leg":"M001/3","window":"10","service":"issue","why":{"rule":"accumulating","tier":"pool","credit":1.5,"runners_up":[]}}
> arrive {"window":"10"}
  #79 ticket.arrived {"ticket":"M001","leg":"M001/3","window":"10"}
> pass 5m
  02:35:22 #80 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:40:22Z"}
  02:38:22 #81 journey.forecast {"ticket":"M001","finish":"2026-11-23T02:40:22Z"}
> finish {"window":"10"}
  #82 ticket.done {"ticket":"M001","leg":"M001/3","window":"10","service":"issue","standard":"national-2020","prompt":"nonce-0068-n","prompt_until":"2026-11-23T02:40:42Z"}
  #83 journey.step_done {"ticket":"M001","step":"issue","area":"A"}
  #84 journey.done {"ticket":"M001","took":"1h40m22s","over":"10m22s","step":"tax","cause":"absent"}
> pass 1s
  02:40:22 #85 alert.cleared {"alert":"finish:M001"}
  02:40:22 #86 alert.cleared {"alert":"limit:M001"}
  02:40:22 #87 alert.cleared {"alert":"share:M001"}
