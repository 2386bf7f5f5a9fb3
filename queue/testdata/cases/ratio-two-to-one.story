# Row 18. The ratio that halls ask for (Novo SGA #222): two normal, then one
# priority, window by window.

rules {"order":"ratio","ratio":[{"class":"normal","turns":2},{"class":"priority","turns":1}],"auto_finish":true}
at 09:00
window 2 opens
    window 2 opened
somebody takes social as priority
    M001 is given for social, priority
somebody takes social as priority
    M002 is given for social, priority
somebody takes social
    M003 is given for social, normal
somebody takes social
    M004 is given for social, normal
somebody takes social
    M005 is given for social, normal
at 09:01
window 2 next
    M003 is called to window 2: pool by ratio, credit 60; then M004 (pool, 60); then M005 (pool, 60)
window 2 serves
    M003 has come to window 2
window 2 next
    M003 is done at window 2, and asked for a rating until 09:01:20
    M004 is called to window 2: pool by ratio, credit 60; then M005 (pool, 60); then M001 (pool, 60)
window 2 serves
    M004 has come to window 2
window 2 next
    M004 is done at window 2, and asked for a rating until 09:01:20
    M001 is called to window 2: pool by ratio, credit 60; then M002 (pool, 60); then M005 (pool, 60)
window 2 serves
    M001 has come to window 2
window 2 next
    M001 is done at window 2, and asked for a rating until 09:01:20
    M005 is called to window 2: pool by ratio, credit 60; then M002 (pool, 60)
window 2 serves
    M005 has come to window 2
window 2 next
    M005 is done at window 2, and asked for a rating until 09:01:20
    M002 is called to window 2: pool by ratio, credit 60
