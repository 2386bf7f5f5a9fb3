# 个人房产「四证」联办: four certificates for a home within ninety minutes, under
# one number. The citizen hands in at window 9; the papers go on in the back
# office while the tax is paid at window 16; window 10 hands out the certificates
# when all three are ready. Times are UTC; the hall opens at nine in the morning.

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
> tick
  #10 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:40:00Z"}

# Somebody else has been waiting at the tax window since before.
> take {"service":"tax"}
  #11 ticket.issued {"ticket":"M002","leg":"M002/1","day":"2026-11-23","token":"nonce-0008-nonce-nonce","prefix":"M","service":"tax","class":"normal"}
  #12 forecast.given {"ticket":"M002","leg":"M002/1","ahead":0,"windows":1,"model":"position"}
> at 01:05:00
> call_next {"window":"9"}
  #13 ticket.called {"ticket":"M001","leg":"M001/1","window":"9","service":"four","why":{"rule":"accumulating","tier":"pool","credit":300,"runners_up":[]}}
> arrive {"window":"9"}
  #14 ticket.arrived {"ticket":"M001","leg":"M001/1","window":"9"}
> at 01:20:00
> finish {"window":"9"}
  #15 ticket.done {"ticket":"M001","leg":"M001/1","window":"9","service":"four","standard":"national-2020","prompt":"nonce-0011-n","prompt_until":"2026-11-23T01:20:20Z"}
  #16 journey.step_done {"ticket":"M001","step":"accept","area":"A"}
  #17 journey.step_started {"ticket":"M001","step":"tax","leg":"M001/2","service":"tax","class":"normal","seniority":"2026-11-23T01:17:30Z"}
  #18 journey.step_started {"ticket":"M001","step":"house","mode":"paper","class":"normal","seniority":"2026-11-23T01:20:00Z"}
  #19 journey.step_started {"ticket":"M001","step":"land","mode":"paper","class":"normal","seniority":"2026-11-23T01:20:00Z"}
> tick
  #20 alert.raised {"alert":"idle:16","level":"amber","subject":"16","say":"16 号窗口空闲，有人等候未呼叫","window":"16","stage":"window","text":"alert.idle","args":["16",""]}
  #21 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:45:00Z"}
> journey M001
  个人房产「四证」联办 version 1 running, began 01:00:00, to end 01:45:00, limit 02:30:00
  next: tax at tax
  accept 综合受理 (person) done 20m0s
  tax 契税缴纳 (person) open 0s, wait since 01:20:00
  house 房屋交易审核 (paper) open 0s, paper since 01:20:00
  land 土地登记审核 (paper) open 0s, paper since 01:20:00
  issue 领取证书 (person) pending 0s

# M001 waited five minutes for window 9. Half of them count at the tax window;
# it does not overtake M002, who came before.
> take {"service":"tax"}
  #22 ticket.issued {"ticket":"M003","leg":"M003/1","day":"2026-11-23","token":"nonce-0013-nonce-nonce","prefix":"M","service":"tax","class":"normal"}
  #23 forecast.given {"ticket":"M003","leg":"M003/1","ahead":2,"windows":1,"model":"position"}
> call_next {"window":"16"}
  #24 ticket.called {"ticket":"M002","leg":"M002/1","window":"16","service":"tax","why":{"rule":"accumulating","tier":"pool","credit":1200,"runners_up":[{"ticket":"M001","tier":"pool","credit":150},{"ticket":"M003","tier":"pool","credit":0}]}}
> arrive {"window":"16"}
  #25 ticket.arrived {"ticket":"M002","leg":"M002/1","window":"16"}
> at 01:25:00
> call_next {"window":"16"}
  #26 ticket.done {"ticket":"M002","leg":"M002/1","window":"16","service":"tax","standard":"national-2020","prompt":"nonce-0016-n","prompt_until":"2026-11-23T01:25:20Z"}
  #27 ticket.called {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","why":{"rule":"accumulating","tier":"pool","credit":450,"runners_up":[{"ticket":"M003","tier":"pool","credit":300}]}}
> arrive {"window":"16"}
  #28 ticket.arrived {"ticket":"M001","leg":"M001/2","window":"16"}

# While M001 is at window 16, the house is reviewed.
> at 01:30:00
> step_finish {"ticket":"M001","step":"house","outcome":"通过"}
  #29 journey.step_done {"ticket":"M001","step":"house","outcome":"通过"}
> at 01:33:00
> finish {"window":"16"}
  #30 ticket.done {"ticket":"M001","leg":"M001/2","window":"16","service":"tax","standard":"national-2020","prompt":"nonce-0019-n","prompt_until":"2026-11-23T01:33:20Z"}
  #31 journey.step_done {"ticket":"M001","step":"tax","area":"A"}
> tick
  #32 alert.cleared {"alert":"idle:16"}
  #33 journey.forecast {"ticket":"M001","finish":"2026-11-23T01:45:00Z"}

# The land is not reviewed yet, so nobody is called to window 10.
> call_next {"window":"10"}
  refused: nothing_waiting: 10 号窗口可办的业务没有人等候
> at 01:41:00
> step_finish {"ticket":"M001","step":"land","outcome":"通过"}
  #34 journey.step_done {"ticket":"M001","step":"land","outcome":"通过"}
  #35 journey.step_started {"ticket":"M001","step":"issue","leg":"M001/3","service":"issue","class":"normal","seniority":"2026-11-23T01:36:00Z"}
> call_next {"window":"10"}
  #36 ticket.called {"ticket":"M001","leg":"M001/3","window":"10","service":"issue","why":{"rule":"accumulating","tier":"pool","credit":300,"runners_up":[]}}
> arrive {"window":"10"}
  #37 ticket.arrived {"ticket":"M001","leg":"M001/3","window":"10"}
> at 01:46:00
> finish {"window":"10","outcome":"发证"}
  #38 ticket.done {"ticket":"M001","leg":"M001/3","window":"10","service":"issue","outcome":"发证","standard":"national-2020","prompt":"nonce-0025-n","prompt_until":"2026-11-23T01:46:20Z"}
  #39 journey.step_done {"ticket":"M001","step":"issue","outcome":"发证","area":"A"}
  #40 journey.done {"ticket":"M001","took":"46m0s"}
> tick
  #41 alert.raised {"alert":"idle:16","level":"amber","subject":"16","say":"16 号窗口空闲，有人等候未呼叫","window":"16","stage":"window","text":"alert.idle","args":["16",""]}
> journey M001
  个人房产「四证」联办 version 1 done, began 01:00:00, to end 01:45:00, limit 02:30:00
  accept 综合受理 (person) done 20m0s
  tax 契税缴纳 (person) done 13m0s
  house 房屋交易审核 (paper) done 10m0s
  land 土地登记审核 (paper) done 21m0s
  issue 领取证书 (person) done 5m0s
