# An investment project: one application on the third floor, four reviews side
# by side in the back office, a fee paid one floor below meanwhile. The joint
# meeting needs any two of the three obligatory reviews; the permit needs the
# meeting and the fee.

> at 01:00:00
> window_open {"window":"53"}
  #3 window.opened {"window":"53"}
> window_open {"window":"54"}
  #4 window.opened {"window":"54"}
> window_open {"window":"40"}
  #5 window.opened {"window":"40"}
> take {"chain":"invest"}
  #6 ticket.issued {"ticket":"T001","leg":"T001/1","day":"2026-11-23","token":"nonce-0006-nonce-nonce","prefix":"T","service":"project","class":"normal"}
  #7 forecast.given {"ticket":"T001","leg":"T001/1","ahead":0,"windows":1,"model":"position"}
  #8 journey.started {"ticket":"T001","chain":{"id":"invest","version":1,"name":"投资项目并联审批","limit":"4h0m0s","steps":[{"id":"accept","name":"项目立项受理","service":"project","usual":"20m0s"},{"id":"planning","name":"规划审查","mode":"paper","after":["accept"],"usual":"1h0m0s"},{"id":"environment","name":"环评审查","mode":"paper","after":["accept"],"usual":"1h0m0s"},{"id":"defence","name":"人防审查","mode":"paper","after":["accept"],"usual":"1h0m0s"},{"id":"fees","name":"规费缴纳","service":"fees","after":["accept"],"usual":"10m0s"},{"id":"advice","name":"专家咨询","mode":"paper","after":["accept"],"optional":true,"usual":"30m0s"},{"id":"meeting","name":"联合会审","mode":"paper","after":["planning","environment","defence"],"join":"any 2","usual":"30m0s"},{"id":"permit","name":"领取施工许可","service":"permit","after":["meeting","fees"],"usual":"15m0s"}]}}
  #9 journey.step_started {"ticket":"T001","step":"accept","leg":"T001/1","service":"project","class":"normal","seniority":"2026-11-23T01:00:00Z"}
> call_next {"window":"53"}
  #10 ticket.called {"ticket":"T001","leg":"T001/1","window":"53","service":"project","why":{"rule":"accumulating","tier":"pool","credit":0,"runners_up":[]}}
> arrive {"window":"53"}
  #11 ticket.arrived {"ticket":"T001","leg":"T001/1","window":"53"}
> at 01:20:00
> finish {"window":"53"}
  #12 ticket.done {"ticket":"T001","leg":"T001/1","window":"53","service":"project","standard":"national-2020","prompt":"nonce-0009-n","prompt_until":"2026-11-23T01:20:20Z"}
  #13 journey.step_done {"ticket":"T001","step":"accept","area":"C"}
  #14 journey.step_started {"ticket":"T001","step":"planning","mode":"paper","class":"normal","seniority":"2026-11-23T01:20:00Z"}
  #15 journey.step_started {"ticket":"T001","step":"environment","mode":"paper","class":"normal","seniority":"2026-11-23T01:20:00Z"}
  #16 journey.step_started {"ticket":"T001","step":"defence","mode":"paper","class":"normal","seniority":"2026-11-23T01:20:00Z"}
  #17 journey.step_started {"ticket":"T001","step":"fees","leg":"T001/2","service":"fees","class":"normal","seniority":"2026-11-23T01:20:00Z","ready":"2026-11-23T01:22:00Z"}
  #18 journey.step_started {"ticket":"T001","step":"advice","mode":"paper","class":"normal","seniority":"2026-11-23T01:20:00Z"}
> tick
  #19 journey.forecast {"ticket":"T001","finish":"2026-11-23T03:05:00Z"}
> journey T001
  投资项目并联审批 version 1 running, began 01:00:00, to end 03:05:00, limit 05:00:00
  next: fees at fees, 2m0s to walk
  accept 项目立项受理 (person) done 20m0s
  planning 规划审查 (paper) open 0s, paper since 01:20:00
  environment 环评审查 (paper) open 0s, paper since 01:20:00
  defence 人防审查 (paper) open 0s, paper since 01:20:00
  fees 规费缴纳 (person) open 0s, wait since 01:20:00
  advice 专家咨询 (paper) open 0s, paper since 01:20:00
  meeting 联合会审 (paper) pending 0s
  permit 领取施工许可 (person) pending 0s

# The walk from the third to the second floor takes two minutes, and nobody is
# called before.
> at 01:21:00
> call_next {"window":"40"}
  refused: nothing_waiting: 40 号窗口可办的业务没有人等候
> at 01:22:00
> call_next {"window":"40"}
  #20 ticket.called {"ticket":"T001","leg":"T001/2","window":"40","service":"fees","why":{"rule":"accumulating","tier":"pool","credit":120,"runners_up":[]}}
> arrive {"window":"40"}
  #21 ticket.arrived {"ticket":"T001","leg":"T001/2","window":"40"}
> at 01:30:00
> step_finish {"ticket":"T001","step":"planning"}
  #22 journey.step_done {"ticket":"T001","step":"planning"}
> finish {"window":"40"}
  #23 ticket.done {"ticket":"T001","leg":"T001/2","window":"40","service":"fees","standard":"national-2020","prompt":"nonce-0015-n","prompt_until":"2026-11-23T01:30:20Z"}
  #24 journey.step_done {"ticket":"T001","step":"fees","area":"B"}
> tick
  #25 journey.forecast {"ticket":"T001","finish":"2026-11-23T03:05:00Z"}

# The experts are not needed. The second review starts the meeting; the third
# one, later, starts nothing a second time.
> step_skip {"ticket":"T001","step":"advice"}
  refused: reason_missing: 跳过步骤必须写明原因
> step_skip {"ticket":"T001","step":"advice","reason":"项目不涉及危险品"}
  #26 journey.step_skipped {"ticket":"T001","step":"advice","reason":"项目不涉及危险品"}
> step_skip {"ticket":"T001","step":"defence","reason":"不想等"}
  refused: step_required: 步骤「人防审查」是必办步骤，不能跳过
> at 02:00:00
> step_finish {"ticket":"T001","step":"environment"}
  #27 journey.step_done {"ticket":"T001","step":"environment"}
  #28 journey.step_started {"ticket":"T001","step":"meeting","mode":"paper","class":"normal","seniority":"2026-11-23T02:00:00Z"}
> at 02:10:00
> step_finish {"ticket":"T001","step":"defence"}
  #29 journey.step_done {"ticket":"T001","step":"defence"}
> at 02:30:00
> step_finish {"ticket":"T001","step":"meeting"}
  #30 journey.step_done {"ticket":"T001","step":"meeting"}
  #31 journey.step_started {"ticket":"T001","step":"permit","leg":"T001/3","service":"permit","class":"normal","seniority":"2026-11-23T02:30:00Z","ready":"2026-11-23T02:32:00Z"}
> tick
  #32 journey.forecast {"ticket":"T001","finish":"2026-11-23T02:47:00Z"}
> journey T001
  投资项目并联审批 version 1 running, began 01:00:00, to end 02:47:00, limit 05:00:00
  next: permit at permit, 2m0s to walk
  accept 项目立项受理 (person) done 20m0s
  planning 规划审查 (paper) done 10m0s
  environment 环评审查 (paper) done 40m0s
  defence 人防审查 (paper) done 50m0s
  fees 规费缴纳 (person) done 10m0s
  advice 专家咨询 (paper) skipped 10m0s
  meeting 联合会审 (paper) done 30m0s
  permit 领取施工许可 (person) open 0s, wait since 02:30:00
> at 02:32:00
> call_next {"window":"54"}
  #33 ticket.called {"ticket":"T001","leg":"T001/3","window":"54","service":"permit","why":{"rule":"accumulating","tier":"pool","credit":120,"runners_up":[]}}
> arrive {"window":"54"}
  #34 ticket.arrived {"ticket":"T001","leg":"T001/3","window":"54"}

# A drawing is missing. The citizen fetches it and is not called for half an hour.
> at 02:35:00
> step_repeat {"ticket":"T001","step":"permit","reason":"缺施工图","away":"30m"}
  #35 ticket.done {"ticket":"T001","leg":"T001/3","window":"54","service":"permit","outcome":"repeat","standard":"national-2020","prompt":"nonce-0026-n","prompt_until":"2026-11-23T02:35:20Z"}
  #36 journey.step_repeated {"ticket":"T001","step":"permit","reason":"缺施工图","away":"30m0s"}
  #37 journey.step_started {"ticket":"T001","step":"permit","leg":"T001/4","service":"permit","class":"normal","seniority":"2026-11-23T02:35:00Z","ready":"2026-11-23T03:05:00Z"}
> call_next {"window":"54"}
  refused: nothing_waiting: 54 号窗口可办的业务没有人等候
> at 03:05:00
> call_next {"window":"54"}
  #38 ticket.called {"ticket":"T001","leg":"T001/4","window":"54","service":"permit","why":{"rule":"accumulating","tier":"pool","credit":1800,"runners_up":[]}}
> arrive {"window":"54"}
  #39 ticket.arrived {"ticket":"T001","leg":"T001/4","window":"54"}
> at 03:15:00
> finish {"window":"54"}
  #40 ticket.done {"ticket":"T001","leg":"T001/4","window":"54","service":"permit","standard":"national-2020","prompt":"nonce-0030-n","prompt_until":"2026-11-23T03:15:20Z"}
  #41 journey.step_done {"ticket":"T001","step":"permit","area":"C"}
  #42 journey.done {"ticket":"T001","took":"2h15m0s"}
> tick
> journey T001
  投资项目并联审批 version 1 done, began 01:00:00, to end 02:47:00, limit 05:00:00
  accept 项目立项受理 (person) done 20m0s
  planning 规划审查 (paper) done 10m0s
  environment 环评审查 (paper) done 40m0s
  defence 人防审查 (paper) done 50m0s
  fees 规费缴纳 (person) done 10m0s
  advice 专家咨询 (paper) skipped 10m0s
  meeting 联合会审 (paper) done 30m0s
  permit 领取施工许可 (person) done 45m0s
