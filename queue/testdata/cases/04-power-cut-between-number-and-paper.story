# Case 4. The power goes between the number and its paper. The number was on
# disk before the first byte went to the printer, so it stays valid; nobody
# knows whether the slip came out, so it is not printed again by itself: two
# persons could hold one number. A copy that is asked for is marked and counted.

at 09:00
window 1 opens
    window 1 opened
somebody takes social at k1
    M001 is given for social, normal, and its slip is meant to come out of p1
restart
ticket M001 unconfirmed because power was cut
    M001: ticket.print_unknown power was cut
the queue
    M001 for social: waiting, its slip is not certain
ticket M001 reprints
    M001: ticket.reprinted
ticket M001 printed
    M001: ticket.printed
at 09:02
window 1 next
    M001 is called to window 1: pool by accumulating, credit 120
