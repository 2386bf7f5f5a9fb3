# A flow that somebody is going through cannot be altered. A change is a new
# version; M001 keeps the old one and M002 goes by the new one.

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
> chain four 1 without house
  refused: chain_fixed: 一条龙流程 four 第 1 版已经固化，不能更改；请把更改后的流程写成新的版本号
> chain four 2 without house
  the configuration is in force
> take {"chain":"four"}
  #11 ticket.issued {"ticket":"M002","leg":"M002/1","day":"2026-11-23","token":"nonce-0009-nonce-nonce","prefix":"M","service":"four","class":"normal"}
  #12 forecast.given {"ticket":"M002","leg":"M002/1","ahead":1,"windows":1,"model":"position"}
  #13 journey.started {"ticket":"M002","chain":{"id":"four","version":2,"name":"个人房产「四证」联办","limit":"1h30m0s","steps":[{"id":"accept","name":"综合受理","service":"four","usual":"15m0s"},{"id":"tax","name":"契税缴纳","service":"tax","after":["accept"],"usual":"10m0s"},{"id":"land","name":"土地登记审核","mode":"paper","after":["accept"],"usual":"20m0s"},{"id":"issue","name":"领取证书","service":"issue","after":["tax","land"],"usual":"5m0s"}]}}
  #14 journey.step_started {"ticket":"M002","step":"accept","leg":"M002/1","service":"four","class":"normal","seniority":"2026-11-23T01:00:00Z"}
> call_next {"window":"9"}
  #15 ticket.called {"ticket":"M001","leg":"M001/1","window":"9","service":"four","why":{"rule":"accumulating","tier":"pool","credit":0,"runners_up":[{"ticket":"M002","tier":"pool","credit":0}]}}
> arrive {"window":"9"}
  #16 ticket.arrived {"ticket":"M001","leg":"M001/1","window":"9"}
> at 01:10:00
> call_next {"window":"9"}
  #17 ticket.done {"ticket":"M001","leg":"M001/1","window":"9","service":"four","standard":"national-2020","prompt":"nonce-0012-n","prompt_until":"2026-11-23T01:10:20Z"}
  #18 journey.step_done {"ticket":"M001","step":"accept","area":"A"}
  #19 journey.step_started {"ticket":"M001","step":"tax","leg":"M001/2","service":"tax","class":"normal","seniority":"2026-11-23T01:10:00Z"}
  #20 journey.step_started {"ticket":"M001","step":"house","mode":"paper","class":"normal","seniority":"2026-11-23T01:10:00Z"}
  #21 journey.step_started {"ticket":"M001","step":"land","mode":"paper","class":"normal","seniority":"2026-11-23T01:10:00Z"}
  #22 ticket.called {"ticket":"M002","leg":"M002/1","window":"9","service":"four","why":{"rule":"accumulating","tier":"pool","credit":600,"runners_up":[]}}
> arrive {"window":"9"}
  #23 ticket.arrived {"ticket":"M002","leg":"M002/1","window":"9"}
> at 01:20:00
> finish {"window":"9"}
  #24 ticket.done {"ticket":"M002","leg":"M002/1","window":"9","service":"four","standard":"national-2020","prompt":"nonce-0014-n","prompt_until":"2026-11-23T01:20:20Z"}
  #25 journey.step_done {"ticket":"M002","step":"accept","area":"A"}
  #26 journey.step_started {"ticket":"M002","step":"tax","leg":"M002/2","service":"tax","class":"normal","seniority":"2026-11-23T01:15:00Z"}
  #27 journey.step_started {"ticket":"M002","step":"land","mode":"paper","class":"normal","seniority":"2026-11-23T01:20:00Z"}
> journey M001
  个人房产「四证」联办 version 1 running, began 01:00:00, limit 02:30:00
  next: tax at tax
  accept 综合受理 (person) done 10m0s
  tax 契税缴纳 (person) open 0s, wait since 01:10:00
  house 房屋交易审核 (paper) open 0s, paper since 01:10:00
  land 土地登记审核 (paper) open 0s, paper since 01:10:00
  issue 领取证书 (person) pending 0s
> journey M002
  个人房产「四证」联办 version 2 running, began 01:00:00, limit 02:30:00
  next: tax at tax
  accept 综合受理 (person) done 20m0s
  tax 契税缴纳 (person) open 0s, wait since 01:20:00
  land 土地登记审核 (paper) open 0s, paper since 01:20:00
  issue 领取证书 (person) pending 0s
