# Case 12. The last window of a service pauses: the service stands still, and
# everybody can see it at once.

at 09:00
window 3 opens
    window 3 opened
somebody takes shop
    Q001 is given for shop, normal
window 3 pauses because fire drill
    window 3 paused
the hall
    window 1 is closed
    window 2 is closed
    window 3 is paused
    Q001 for shop: waiting
    shop is stalled: 1 wait and no window serves
window 3 resumes
    window 3 resumed
the queue
    Q001 for shop: waiting
