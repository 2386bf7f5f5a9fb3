# Case 16. The hall changes its configuration in the middle of the day. What
# somebody still waits for cannot be taken away; new rules hold at once and the
# queue stays as it is.

at 12:00
window 1 opens
    window 1 opened
somebody takes shop
    Q001 is given for shop, normal
configuration without shop
    refused (configuration_in_use): 1 tickets still need what the new configuration lacks: Q001（shop）; let them end or move them first
ticket Q001 cancels because went home
    Q001: ticket.cancelled went home
configuration without shop
somebody takes shop
    refused (unknown_service): There is no service shop
