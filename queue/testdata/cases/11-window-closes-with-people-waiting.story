# Case 11. A window wants to close while people wait whom only it can serve. It
# is refused and the tickets are named. It may drain, name a substitute, or
# close anyway; whoever waited for this very window is then first at the
# service.

at 09:00
window 1 opens
    window 1 opened
window 2 opens
    window 2 opened
somebody takes estate
    M001 is given for estate, normal
somebody takes social
    M002 is given for social, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0; then M002 (pool, 0)
window 1 serves
    M001 has come to window 1
window 1 sends to window 1 keep
    M001 is sent on to estate 1, waiting since 09:00:00
window 1 closes
    refused (people_waiting): Only window 1 can serve 1 who wait: M001. Drain it first, or name a substitute
window 1 drains
    window 1 draining
window 1 next
    M001 is called to window 1: directed by accumulating, credit 0
window 1 serves
    M001 has come to window 1
window 1 finishes
    M001 is done at window 1, and asked for a rating until 09:00:20
window 1 closes
    window 1 closed
somebody takes estate
    M003 is given for estate, normal
window 1 opens
    window 1 opened
window 1 closes
    refused (people_waiting): Only window 1 can serve 1 who wait: M003. Drain it first, or name a substitute
window 1 closes with substitute 2
    window 1 closed, window 2 takes over
at 09:05
window 2 next
    M003 is called to window 2: directed by accumulating, credit 300; then M002 (pool, 300)
