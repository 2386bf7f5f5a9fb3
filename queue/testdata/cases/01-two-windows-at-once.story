# Case 1. Two windows press next in the same second. One goroutine orders all
# commands: each window gets another citizen, in the order of arrival, nobody
# is called twice and nobody is left out.

at 09:00
window 1 opens
    window 1 opened
window 2 opens
    window 2 opened
somebody takes social
    M001 is given for social, normal
somebody takes social
    M002 is given for social, normal
somebody takes social
    M003 is given for social, normal
at 09:05
window 1 next
    M001 is called to window 1: pool by accumulating, credit 300; then M002 (pool, 300); then M003 (pool, 300)
window 2 next
    M002 is called to window 2: pool by accumulating, credit 300; then M003 (pool, 300)
the hall
    window 1 is calling M001
    window 2 is calling M002
    window 3 is closed
    M003 for social: waiting
