# Row 32. A wrong key, noticed within ten seconds. The record stays and another
# one says that it is undone; the citizen waits as before, boards and voice
# follow. It is refused when something has happened since.

at 09:00:00
window 1 opens
    window 1 opened
window 2 opens
    window 2 opened
somebody takes social
    M001 is given for social, normal
somebody takes social
    M002 is given for social, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0; then M002 (pool, 0)
at 09:00:05
window 1 undoes
    undone: ticket.called of M001 counts no more
window 1 undoes
    refused (nothing_to_undo): There is nothing to undo at window 1
the hall
    window 1 is idle
    window 2 is idle
    window 3 is closed
    M001 for social: waiting
    M002 for social: waiting
at 09:00:20
window 2 next
    M001 is called to window 2: pool by accumulating, credit 20; then M002 (pool, 20)
window 2 serves
    M001 has come to window 2
window 2 finishes
    M001 is done at window 2, and asked for a rating until 09:00:40
at 09:00:23
window 2 undoes
    undone: ticket.done of M001 counts no more
the hall
    window 1 is idle
    window 2 is serving M001
    window 3 is closed
    M002 for social: waiting
window 2 finishes
    M001 is done at window 2, and asked for a rating until 09:00:43
ticket M001 rated 5 on kp-2
    M001: rating.given
window 2 undoes
    refused (undo_depends): Something has happened to number M001 since; it cannot be undone
window 1 next
    M002 is called to window 1: pool by accumulating, credit 23
at 09:00:40
window 1 undoes
    refused (undo_too_late): Only the last 10s can be undone
