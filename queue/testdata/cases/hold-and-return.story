# Rows 29 and 41. A citizen goes to make copies and comes back to the same
# window. After the time set for holds the ticket returns by itself, in front
# of that window's queue.

rules {"hold_for":"10m"}
at 09:00
window 1 opens
    window 1 opened
somebody takes social
    M001 is given for social, normal
somebody takes social
    M002 is given for social, normal
somebody takes estate
    M003 is given for estate, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0; then M002 (pool, 0); then M003 (pool, 0)
window 1 serves
    M001 has come to window 1
window 1 holds because copies
    M001 is held until 09:10:00, copies
window 1 next
    M002 is called to window 1: pool by accumulating, credit 0; then M003 (pool, 0)
window 1 serves
    M002 has come to window 1
at 09:10
time passes
    M001 is back and waits for window 1
window 1 finishes
    M002 is done at window 1, and asked for a rating until 09:10:20
the queue
    M001 for social: waiting
    M003 for estate: waiting
window 1 next
    M001 is called to window 1: directed by accumulating, credit 600; then M003 (pool, 600)
