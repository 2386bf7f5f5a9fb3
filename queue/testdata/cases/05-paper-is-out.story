# Case 5. The printer has no paper. The citizen holds nothing, so the number
# waits for nobody; kept on the phone or printed elsewhere it goes on, and
# otherwise it is void after two minutes. It is never given to somebody else.

at 09:00
window 1 opens
    window 1 opened
somebody takes social at k1
    M001 is given for social, normal, and its slip is meant to come out of p1
ticket M001 failed because paper is out
    M001: ticket.print_failed paper is out
window 1 next
    refused (nothing_waiting): Nobody waits for what window 1 serves
somebody takes social at k1
    M002 is given for social, normal, and its slip is meant to come out of p1
ticket M002 failed because paper is out
    M002: ticket.print_failed paper is out
ticket M002 kept
    M002: ticket.kept
at 09:01:59
time passes
    warning: 1 号窗口空闲，有人等候未呼叫
at 09:02
time passes
    M001: ticket.voided print_failed
window 1 next
    M002 is called to window 1: pool by accumulating, credit 120
somebody takes social
    M003 is given for social, normal
