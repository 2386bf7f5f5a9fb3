# Rows 10 and 20. Appointments are due five minutes before their time and go
# before those who wait, not before those who have waited too long. Who checks
# in more than ten minutes late waits with the others. An early one is called
# only when nobody else waits.

at 09:00
window 1 opens
    window 1 opened
booking card-1 for social at 09:30
    appointment.booked
booking card-1 for social at 10:00
    refused (already_booked): The code card-1 has a booking already
booking card-2 for social at 09:30
    appointment.booked
somebody takes social
    M001 is given for social, normal
at 09:20
booking card-1 checks in
    M002 is given for social, normal
window 1 next
    M001 is called to window 1: pool by accumulating, credit 1200; then M002 (early, -600)
window 1 serves
    M001 has come to window 1
window 1 finishes
    M001 is done at window 1, and asked for a rating until 09:20:20
at 09:21
window 1 next
    M002 is called to window 1: early by accumulating, credit -540
window 1 undoes
    undone: ticket.called of M002 counts no more
at 09:24
somebody takes social
    M003 is given for social, normal
at 09:26
window 1 next
    M002 is called to window 1: due by accumulating, credit -240; then M003 (pool, 120)
window 1 serves
    M002 has come to window 1
window 1 finishes
    M002 is done at window 1, and asked for a rating until 09:26:20
at 09:41
booking card-2 checks in
    M004 is given for social, normal, too late for the appointment
booking card-9 checks in
    refused (unknown_booking): There is no booking with the code card-9; compare it or take a number
window 1 next
    M003 is called to window 1: pool by accumulating, credit 1020; then M004 (pool, 0)
