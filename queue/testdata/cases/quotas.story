# Row 11. A service gives so many numbers a day and so many before ten o'clock.
# The guide may give one more and says why.

service shop {"quota":4,"slices":[{"from":"09:00","to":"10:00","quota":2}]}
at 09:30
somebody takes shop
    Q001 is given for shop, normal
somebody takes shop
    Q002 is given for shop, normal
somebody takes shop
    refused (quota_slice): All numbers for 企业登记 at 09:00–10:00 are taken; please choose another time
at 10:00
somebody takes shop
    Q003 is given for shop, normal
somebody takes shop
    Q004 is given for shop, normal
somebody takes shop
    refused (quota_day): All 4 numbers of today for 企业登记 are taken; please come on another day
somebody takes shop because he came yesterday already
    Q005 is given for shop, normal
