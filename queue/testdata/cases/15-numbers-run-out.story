# Case 15. A range of numbers runs out. At four fifths a warning is raised; when
# it is used up the numbers grow a digit. A number never comes twice on one day.

service shop {"first":1,"last":5}
at 09:00
somebody takes shop
    Q001 is given for shop, normal
somebody takes shop
    Q002 is given for shop, normal
somebody takes shop
    Q003 is given for shop, normal
somebody takes shop
    Q004 is given for shop, normal
    warning: Q 号段 Q001–Q005 已用 80%，用完后号码将加一位
somebody takes shop
    Q005 is given for shop, normal
somebody takes shop
    Q1000 is given for shop, normal
somebody takes shop
    Q1001 is given for shop, normal
