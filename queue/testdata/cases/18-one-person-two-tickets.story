# Case 18. One person has two tickets for two services, known by the hash of an
# identity card. A second one for the same service is refused. While the person
# is at one window nobody calls the other ticket; it keeps its place.

at 09:00
window 1 opens
    window 1 opened
window 2 opens
    window 2 opened
window 3 opens
    window 3 opened
somebody takes social with id 7f3a
    M001 is given for social, normal
somebody takes social with id 7f3a
    refused (already_waiting): You already wait for this with number M001
somebody takes shop with id 7f3a
    Q001 is given for shop, normal
somebody takes shop
    Q002 is given for shop, normal
at 09:10
window 2 next
    M001 is called to window 2: pool by accumulating, credit 600
window 3 calls Q001 because asked for
    refused (person_busy): The holder of number Q001 is at window 2; call afterwards
window 3 next
    Q002 is called to window 3: pool by accumulating, credit 600
the queue
    Q001 for shop: blocked
window 2 serves
    M001 has come to window 2
window 2 finishes
    M001 is done at window 2, and asked for a rating until 09:10:20
window 3 serves
    Q002 has come to window 3
window 3 finishes
    Q002 is done at window 3, and asked for a rating until 09:10:20
window 3 next
    Q001 is called to window 3: pool by accumulating, credit 600
