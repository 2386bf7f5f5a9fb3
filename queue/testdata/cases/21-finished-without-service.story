# Case 21. Staff press "finish" without serving. A leg that nobody has begun to
# serve cannot be finished, so every rating has a service behind it.

at 09:00
window 1 opens
    window 1 opened
somebody takes social
    M001 is given for social, normal
window 1 finishes
    refused (nobody_at_window): There is no number at window 1 now
window 1 next
    M001 is called to window 1: pool by accumulating, credit 0
window 1 finishes
    refused (wrong_ticket_state): Number M001 is now called, so this cannot be done
window 1 serves
    M001 has come to window 1
window 1 finishes
    M001 is done at window 1, and asked for a rating until 09:00:20
