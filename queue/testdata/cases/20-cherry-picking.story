# Case 20. A window calls a ticket out of order. It needs a reason from the
# hall's list, and more than two in an hour need a manager, who is recorded.
# What is not for the window at all needs a manager too.

rules {"call_reasons":["disabled","with a child"],"calls_per_hour":2}
at 09:00
window 2 opens
    window 2 opened
somebody takes social
    M001 is given for social, normal
somebody takes social
    M002 is given for social, normal
somebody takes social
    M003 is given for social, normal
somebody takes social
    M004 is given for social, normal
somebody takes shop
    Q001 is given for shop, normal
window 2 calls M003
    refused (reason_missing): Say why the call is out of order
window 2 calls M003 because a friend
    refused (unknown_reason): The reason a friend is not one of those allowed: disabled、with a child
window 2 calls M003 because disabled
    M003 is called to window 2: chosen by chosen, credit 0; then M001 (pool, 0); then M002 (pool, 0); because disabled
window 2 serves
    M003 has come to window 2
window 2 finishes
    M003 is done at window 2, and asked for a rating until 09:00:20
window 2 calls M002 because disabled
    M002 is called to window 2: chosen by chosen, credit 0; then M001 (pool, 0); then M004 (pool, 0); because disabled
window 2 serves
    M002 has come to window 2
window 2 finishes
    M002 is done at window 2, and asked for a rating until 09:00:20
window 2 calls M004 because disabled
    refused (chosen_calls_spent): Window 2 has called out of order 2 times within the hour; the duty manager has to allow more
window 2 calls M004 allowed 0001 because disabled
    M004 is called to window 2: chosen by chosen, credit 0; then M001 (pool, 0); because disabled, allowed by 0001
window 2 serves
    M004 has come to window 2
window 2 finishes
    M004 is done at window 2, and asked for a rating until 09:00:20
window 2 calls Q001 because disabled
    refused (not_eligible): Number Q001 is not for window 2; the duty manager has to allow it
at 10:00:01
window 2 calls M001 because disabled
    M001 is called to window 2: chosen by chosen, credit 3601; because disabled
