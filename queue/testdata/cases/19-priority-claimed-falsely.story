# Case 19. Somebody claims priority without a right to it. The guide changes the
# class, with a reason that stays in the trail; the time waited is not lost.

at 09:00
window 1 opens
    window 1 opened
somebody takes social as normal
    M001 is given for social, normal
somebody takes social as priority
    M002 is given for social, priority
at 09:10
ticket M002 becomes normal
    refused (reason_missing): Say why the class is changed
ticket M002 becomes normal because no card shown
    M002: ticket.reclassed no card shown
window 1 next
    M001 is called to window 1: pool by accumulating, credit 600; then M002 (pool, 600)
