"""How often the public form may be sent. Generous for a network, since a whole force may share one address."""

EACH_NETWORK = 60
"""Applications in an hour from one network address."""

EACH_ADDRESS = 3
"""Applications in a day for one e-mail address, so that nobody is flooded with receipts."""

TOO_MANY = (
    "Too many applications have come from here just now. Nothing was lost: wait an hour and send it again, "
    "or ask the service to record it for you."
)
