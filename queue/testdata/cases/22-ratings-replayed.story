# Cases 22 to 24. A keypad replays, floods, or hangs at another window; a rating
# comes too late. One rating counts for a service, and everything else is kept
# and not counted.

at 09:00:00
window 1 opens
    window 1 opened
window 2 opens
    window 2 opened
somebody takes social
    M001 is given for social, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0
window 1 serves
    M001 has come to window 1
window 1 finishes
    M001 is done at window 1, and asked for a rating until 09:00:20
ticket M001 rated 1 on kp-2
    : rating.refused other_window
ticket M001 rated 5 on kp-1
    M001: rating.given
ticket M001 rated 5 on kp-1
    M001: rating.duplicate
somebody takes social
    M002 is given for social, normal
window 1 next
    M002 is called to window 1: pool by accumulating, credit 0
window 1 serves
    M002 has come to window 1
window 1 finishes
    M002 is done at window 1, and asked for a rating until 09:00:20
at 09:00:21
ticket M002 rated 4 on kp-1
    M002: rating.late
