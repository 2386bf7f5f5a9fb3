# A configuration has a version, an author, an approver and a time. Version 2
# gives social insurance numbers with an S and is to hold from noon; nobody who
# has a number loses it.

> at 01:00:00
> config {"version":2,"from":"2026-11-23T04:00:00Z","author":"张三","approver":"张三","prefix":{"social":"S"}}
  refused: second_person: 配置由 张三 编写，须由另一人批准
  configuration {"hash":"v1","version":1,"from":"2026-11-23T01:00:00Z"}
> config {"version":2,"from":"2026-11-23T04:00:00Z","author":"张三","approver":"李四","prefix":{"social":"S"}}
  #3 config.scheduled
  configuration {"hash":"v1","version":1,"from":"2026-11-23T01:00:00Z","scheduled":[{"hash":"v2","version":2,"from":"2026-11-23T04:00:00Z","author":"张三","approver":"李四"}]}
> window_open {"window":"16"}
  #4 window.opened {"window":"16"}
> at 03:59:00
> take {"service":"social"}
  #5 ticket.issued {"ticket":"M001","leg":"M001/1","day":"2026-11-23","token":"nonce-0006-nonce-nonce","prefix":"M","service":"social","class":"normal"}
  #6 forecast.given {"ticket":"M001","leg":"M001/1","ahead":0,"windows":1,"model":"position"}
> call_next {"window":"16"}
  #7 ticket.called {"ticket":"M001","leg":"M001/1","window":"16","service":"social","why":{"rule":"accumulating","tier":"pool","credit":0,"runners_up":[]}}
> arrive {"window":"16"}
  #8 ticket.arrived {"ticket":"M001","leg":"M001/1","window":"16"}
> pass 1m
  04:00:00 #9 config.activated {"hash":"v2","version":2,"from":"2026-11-23T04:00:00Z","author":"张三","approver":"李四","config":{"services":[{"id":"four","name":"个人房产「四证」联办","prefix":"M","area":"A"},{"id":"issue","name":"四证发证","prefix":"M","area":"A"},{"id":"tax","name":"房产交易税收","prefix":"M","area":"A"},{"id":"social","name":"社会保险","prefix":"S","area":"A"},{"id":"project","name":"项目立项","prefix":"T","area":"C"},{"id":"fees","name":"规费缴纳","prefix":"T","area":"B"},{"id":"permit","name":"施工许可","prefix":"T","area":"C"}],"classes":[{"id":"normal","name":"普通","rate":1},{"id":"priority","name":"优先","rate":2.5}],"windows":[{"id":"9","services":["four"],"area":"A"},{"id":"10","services":["issue"],"area":"A"},{"id":"16","services":["tax","social"],"area":"A"},{"id":"40","services":["fees"],"area":"B"},{"id":"53","services":["project"],"area":"C"},{"id":"54","services":["permit"],"area":"C"}],"kiosks":[{"id":"k1","printer":"p1"}],"chains":[{"id":"four","version":1,"name":"个人房产「四证」联办","limit":"1h30m0s","steps":[{"id":"accept","name":"综合受理","service":"four","usual":"15m0s"},{"id":"tax","name":"契税缴纳","service":"tax","after":["accept"],"usual":"10m0s"},{"id":"house","name":"房屋交易审核","mode":"paper","after":["accept"],"usual":"20m0s"},{"id":"land","name":"土地登记审核","mode":"paper","after":["accept"],"usual":"20m0s"},{"id":"issue","name":"领取证书","service":"issue","after":["tax","house","land"],"usual":"5m0s"}]},{"id":"invest","version":1,"name":"投资项目并联审批","limit":"4h0m0s","steps":[{"id":"accept","name":"项目立项受理","service":"project","usual":"20m0s"},{"id":"planning","name":"规划审查","mode":"paper","after":["accept"],"usual":"1h0m0s"},{"id":"environment","name":"环评审查","mode":"paper","after":["accept"],"usual":"1h0m0s"},{"id":"defence","name":"人防审查","mode":"paper","after":["accept"],"usual":"1h0m0s"},{"id":"fees","name":"规费缴纳","service":"fees","after":["accept"],"usual":"10m0s"},{"id":"advice","name":"专家咨询","mode":"paper","after":["accept"],"optional":true,"usual":"30m0s"},{"id":"meeting","name":"联合会审","mode":"paper","after":["planning","environment","defence"],"join":"any 2","usual":"30m0s"},{"id":"permit","name":"领取施工许可","service":"permit","after":["meeting","fees"],"usual":"15m0s"}]},{"id":"licence","version":1,"name":"「一照四证」联办","limit":"2h0m0s","steps":[{"id":"accept","name":"综合受理","service":"four","usual":"15m0s"},{"id":"tax","name":"税务登记","service":"tax","after":["accept"],"usual":"10m0s"},{"id":"fees","name":"刻章缴费","service":"fees","after":["accept"],"usual":"10m0s"},{"id":"issue","name":"领取证照","service":"issue","after":["tax","fees"],"usual":"5m0s"}]}],"walks":[{"from":"A","to":"B","time":"3m0s"},{"from":"B","to":"C","time":"2m0s"},{"from":"A","to":"C","time":"4m0s"}],"rules":{"max_wait":"0s","prefer_margin":"0s","auto_finish":true,"recall_limit":0,"recall_gap":"0s","undo_within":"0s","tolerance":"0s","slot_early":"0s","slot_grace":"0s","visit_credit":0,"warn":{},"rate_within":"0s","rate_period":"0s","void_after":"0s","reprint_limit":0}}}
> take {"service":"social"}
  #10 ticket.issued {"ticket":"S001","leg":"S001/1","day":"2026-11-23","token":"nonce-0010-nonce-nonce","prefix":"S","service":"social","class":"normal"}
  #11 forecast.given {"ticket":"S001","leg":"S001/1","ahead":0,"windows":1,"model":"position"}

# An older version does not come back, and version 3, without the tax service,
# has to wait: somebody has the tax step of a chain still ahead (case 16).
> config {"version":1,"author":"张三","approver":"李四"}
  refused: configuration_old: 配置版本 1 不晚于现行版本 2，请使用更大的版本号
  configuration {"hash":"v2","version":2,"from":"2026-11-23T04:00:00Z","author":"张三","approver":"李四"}
> finish {"window":"16"}
  #12 ticket.done {"ticket":"M001","leg":"M001/1","window":"16","service":"social","standard":"national-2020","prompt":"nonce-0012-n","prompt_until":"2026-11-23T04:00:20Z"}
> window_open {"window":"9"}
  #13 window.opened {"window":"9"}
> take {"chain":"four"}
  #14 ticket.issued {"ticket":"M002","leg":"M002/1","day":"2026-11-23","token":"nonce-0014-nonce-nonce","prefix":"M","service":"four","class":"normal"}
  #15 forecast.given {"ticket":"M002","leg":"M002/1","ahead":0,"windows":1,"model":"position"}
  #16 journey.started {"ticket":"M002","chain":{"id":"four","version":1,"name":"个人房产「四证」联办","limit":"1h30m0s","steps":[{"id":"accept","name":"综合受理","service":"four","usual":"15m0s"},{"id":"tax","name":"契税缴纳","service":"tax","after":["accept"],"usual":"10m0s"},{"id":"house","name":"房屋交易审核","mode":"paper","after":["accept"],"usual":"20m0s"},{"id":"land","name":"土地登记审核","mode":"paper","after":["accept"],"usual":"20m0s"},{"id":"issue","name":"领取证书","service":"issue","after":["tax","house","land"],"usual":"5m0s"}]}}
  #17 journey.step_started {"ticket":"M002","step":"accept","leg":"M002/1","service":"four","class":"normal","seniority":"2026-11-23T04:00:00Z"}
> config {"version":3,"without":"tax","author":"张三","approver":"李四"}
  refused: configuration_in_use: 有 1 个号码还要用新配置里没有的业务、类别或窗口：M002（tax）；等它们办完或转走后再生效
  configuration {"hash":"v2","version":2,"from":"2026-11-23T04:00:00Z","author":"张三","approver":"李四"}

# Put down for one o'clock it is refused at its time, and somebody is told.
> config {"version":3,"from":"2026-11-23T05:00:00Z","without":"tax","author":"张三","approver":"李四"}
  #18 config.scheduled
  configuration {"hash":"v2","version":2,"from":"2026-11-23T04:00:00Z","author":"张三","approver":"李四","scheduled":[{"hash":"v3","version":3,"from":"2026-11-23T05:00:00Z","author":"张三","approver":"李四"}]}
> at 04:59:59
> pass 1s
  04:59:59 #19 journey.forecast {"ticket":"M002","finish":"2026-11-23T05:39:59Z"}
  04:59:59 #20 alert.raised {"alert":"idle:16","level":"amber","subject":"16","say":"16 号窗口空闲，有人等候未呼叫","window":"16","stage":"window","text":"alert.idle","args":["16",""]}
  04:59:59 #21 alert.raised {"alert":"idle:9","level":"amber","subject":"9","say":"9 号窗口空闲，有人等候未呼叫","window":"9","stage":"window","text":"alert.idle","args":["9",""]}
  04:59:59 #22 alert.raised {"alert":"wait:M002/1","level":"amber","subject":"M002/1","say":"号码 M002 等候「个人房产「四证」联办」已超时（排队）","ticket":"M002","service":"four","step":"accept","why":"wait","stage":"window","text":"alert.wait","args":["M002","个人房产「四证」联办","","@cause wait"]}
  04:59:59 #23 alert.raised {"alert":"wait:S001/1","level":"amber","subject":"S001/1","say":"号码 S001 等候「社会保险」已超时（排队）","ticket":"S001","service":"social","why":"wait","stage":"window","text":"alert.wait","args":["S001","社会保险","","@cause wait"]}
  04:59:59 #24 alert.raised {"alert":"finish:M002","level":"amber","subject":"M002","say":"号码 M002 的个人房产「四证」联办预计超时，耗时最多的是「综合受理」（排队）","ticket":"M002","service":"four","step":"accept","why":"wait","stage":"section","text":"alert.finish","args":["M002","个人房产「四证」联办","综合受理","@cause wait"]}
  05:00:00 #25 config.refused {"hash":"v3","version":3,"from":"2026-11-23T05:00:00Z","author":"张三","approver":"李四","code":"configuration_in_use","say":"有 1 个号码还要用新配置里没有的业务、类别或窗口：M002（tax）；等它们办完或转走后再生效"}
  05:00:00 #26 alert.raised {"alert":"config:3","level":"red","subject":"config","say":"配置 3 到时未能生效：有 1 个号码还要用新配置里没有的业务、类别或窗口：M002（tax）；等它们办完或转走后再生效","stage":"manager","text":"alert.config","args":["3","有 1 个号码还要用新配置里没有的业务、类别或窗口：M002（tax）；等它们办完或转走后再生效"]}
> alert_ack {"alert":"config:3","cause":"改到明天"}
  #27 alert.acknowledged {"alert":"config:3","cause":"改到明天"}
  #28 alert.cleared {"alert":"config:3"}

# When the journey is over it may take effect.
> cancel {"ticket":"M002","reason":"改天再来"}
  #29 ticket.cancelled {"ticket":"M002","leg":"M002/1","reason":"改天再来"}
  #30 journey.aborted {"ticket":"M002","reason":"改天再来"}
> config {"version":3,"without":"tax","author":"张三","approver":"李四"}
  #31 config.activated
  configuration {"hash":"v3","version":3,"from":"2026-11-23T05:00:00Z","author":"张三","approver":"李四"}
