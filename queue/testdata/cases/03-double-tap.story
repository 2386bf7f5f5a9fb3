# Case 3. A finger touches the kiosk's key twice. The touch itself has one id and
# counts once (see queue/hall); a second, distinct wish for the same service
# within two seconds at the same kiosk is asked about, as towns have learnt
# (MADO #24).

rules {"ask_again":"2s"}
at 09:00:00
somebody takes social at k2
    M001 is given for social, normal
at 09:00:01
somebody takes social at k2
    refused (one_more): You have just taken M001. Do you want one more number?
somebody takes social at k2 again
    M002 is given for social, normal
somebody takes estate at k2
    M003 is given for estate, normal
at 09:00:04
somebody takes social at k2
    M004 is given for social, normal
