# Case 9. A citizen missed the call and shows the slip. Within twenty minutes he
# is next after whoever is called now; later he joins the queue with half of
# the time he had waited. How often a call was missed is shown.

at 09:00
window 1 opens
    window 1 opened
somebody takes social
    M001 is given for social, normal
at 09:01
somebody takes social as priority
    M002 is given for social, priority
at 09:10
window 1 next
    M002 is called to window 1: pool by accumulating, credit 1350; then M001 (pool, 600)
window 1 misses
    M002 did not come
window 1 next
    M001 is called to window 1: pool by accumulating, credit 600
window 1 misses
    M001 did not come
somebody takes social
    M003 is given for social, normal
at 09:20
ticket M002 returns
    M002 waits again (front), as if since 09:01:00; missed 1
window 1 next
    M002 is called to window 1: front by accumulating, credit 2850; then M003 (pool, 600)
window 1 serves
    M002 has come to window 1
window 1 finishes
    M002 is done at window 1, and asked for a rating until 09:20:20
at 09:40
ticket M001 returns
    M001 waits again (half), as if since 09:20:00; missed 1
the queue
    M003 for social: waiting
    M001 for social: waiting
window 1 next
    M003 is called to window 1: pool by accumulating, credit 1800; then M001 (pool, 1200)
