# Case 10 is told with the chains: testdata/journeys/absent.story. Here: whoever
# missed the first call of the day waits again by himself after a rest, if the
# hall has set one.

rules {"missed_rest":"5m"}
at 09:00
window 1 opens
    window 1 opened
somebody takes social
    M001 is given for social, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0
window 1 misses
    M001 did not come
at 09:04:59
time passes
    nothing changes
at 09:05
time passes
    M001 waits again (rest), as if since 09:00:00; missed 1
window 1 next
    M001 is called to window 1: pool by accumulating, credit 300
window 1 misses
    M001 did not come
at 09:20
time passes
    nothing changes
