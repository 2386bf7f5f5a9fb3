# Row 17 (Novo SGA #431). Priority gains on normal two and a half times as fast,
# and yet nobody starves: who has waited longer than the guard allows is called
# before everybody, however many priorities come.

rules {"max_wait":"30m"}
at 09:00
somebody takes social as normal
    M001 is given for social, normal
at 09:02
somebody takes social as normal
    M002 is given for social, normal
at 09:10
somebody takes social as priority
    M003 is given for social, priority
somebody takes social as priority
    M004 is given for social, priority
at 09:29
window 2 opens
    window 2 opened
window 2 next
    M003 is called to window 2: pool by accumulating, credit 2850; then M004 (pool, 2850); then M001 (pool, 1740)
window 2 serves
    M003 has come to window 2
window 2 finishes
    M003 is done at window 2, and asked for a rating until 09:29:20
at 09:30
window 2 next
    M001 is called to window 2: guard by accumulating, credit 1800; then M004 (pool, 3000); then M002 (pool, 1680)
window 2 serves
    M001 has come to window 2
window 2 finishes
    M001 is done at window 2, and asked for a rating until 09:30:20
at 09:31
somebody takes social as priority
    M005 is given for social, priority
window 2 next
    M004 is called to window 2: pool by accumulating, credit 3150; then M002 (pool, 1740); then M005 (pool, 0)
window 2 serves
    M004 has come to window 2
window 2 finishes
    M004 is done at window 2, and asked for a rating until 09:31:20
at 09:32
window 2 next
    M002 is called to window 2: guard by accumulating, credit 1800; then M005 (pool, 150)
