# Case 8. A citizen does not come. After three recalls only "missed" is left,
# and where the hall has set a time, it passes by itself and frees the window.

rules {"no_show_calls":2,"no_show_min":"1m","no_show_after":"90s"}
at 09:00:00
window 1 opens
    window 1 opened
somebody takes social
    M001 is given for social, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0
window 1 misses
    refused (no_show_too_soon): Number M001 was called only now; wait 1m0s more or recall it first
at 09:00:05
window 1 recalls
    refused (recall_too_soon): Two calls are at least 10s apart
at 09:00:10
window 1 recalls
    M001 is called again, time 1
at 09:00:20
window 1 recalls
    M001 is called again, time 2
window 1 misses
    M001 did not come
somebody takes social
    M002 is given for social, normal
window 1 next
    M002 is called to window 1: pool by accumulating, credit 0
at 09:00:30
window 1 recalls
    M002 is called again, time 1
at 09:00:40
window 1 recalls
    M002 is called again, time 2
at 09:00:50
window 1 recalls
    M002 is called again, time 3
at 09:01:00
window 1 recalls
    refused (recall_limit): Number M002 has been recalled 3 times; press missed
at 09:02:20
time passes
    warning: 号码 M002 已呼叫，未到 1 号窗口
    M002 did not come timeout
the hall
    window 1 is idle
    window 2 is closed
    window 3 is closed
    M001 for social: no_show
    M002 for social: no_show
    warning: 号码 M002 已呼叫，未到 1 号窗口
