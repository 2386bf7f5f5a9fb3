# Case 31. The fire alarm goes. Nobody is called, no number is given, and all
# clocks stand still, so that after the all-clear nobody has gained or lost by
# the half hour outside.

at 09:00
window 1 opens
    window 1 opened
somebody takes social
    M001 is given for social, normal
at 09:05
somebody takes social as priority
    M002 is given for social, priority
at 09:10
alarm because fire alarm on floor 2
    hall.frozen
window 1 next
    refused (hall_frozen): The hall is frozen (fire alarm on floor 2); go on when it is released
somebody takes social
    refused (hall_frozen): The hall is frozen (fire alarm on floor 2); go on when it is released
at 09:40
time passes
    nothing changes
all clear
    all clocks go on after 30m0s
window 1 next
    M002 is called to window 1: pool by accumulating, credit 750; then M001 (pool, 600)
