# Case 14. The clock is wrong after a dead battery, or somebody opens the day
# twice. A business day is opened by command and has a name; a day that was open
# before cannot open again, because its numbers would come twice.

at 17:00
somebody takes social
    M001 is given for social, normal
day opens 2026-11-24
    refused (day_already_open): 2026-11-23 is still open; send day_close first
day closes
    M001: ticket.expired day_closed
day opens 2026-11-22
    refused (day_passed): 2026-11-22 is before the last business day 2026-11-23; check the clock
day opens 2026-11-23
    refused (day_passed): 2026-11-23 is closed and cannot open again, or numbers would repeat
day opens 2026-11-24
    day.opened
somebody takes social
    M001 is given for social, normal
