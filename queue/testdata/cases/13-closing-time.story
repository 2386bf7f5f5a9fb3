# Case 13. The day closes with people waiting. They are expired with the reason;
# who missed a call stays missed, and no window is left with a citizen.

at 16:50
window 1 opens
    window 1 opened
somebody takes social
    M001 is given for social, normal
somebody takes social
    M002 is given for social, normal
somebody takes social
    M003 is given for social, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0; then M002 (pool, 0); then M003 (pool, 0)
window 1 misses
    M001 did not come
window 1 next
    M002 is called to window 1: pool by accumulating, credit 0; then M003 (pool, 0)
window 1 serves
    M002 has come to window 1
day closes
    refused (window_busy): Window 1 still serves M002; close the day afterwards
window 1 finishes
    M002 is done at window 1, and asked for a rating until 16:50:20
day closes
    M003: ticket.expired day_closed
    window 1 closed
somebody takes social
    refused (day_not_open): The day is not open yet; send day_open first
