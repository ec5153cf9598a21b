"""How often the public pages may be used. Generous for a network, since a whole force may share one address."""

from datetime import timedelta

EACH_NETWORK = 60
"""Applications in an hour from one network address."""

EACH_ADDRESS = 3
"""Applications in a day for one e-mail address, so that nobody is flooded with receipts."""

LINKS_EACH_NETWORK = 30
"""Lost links asked for in LINK_WINDOW from one network address, whether or not anybody applied with the address."""

LINKS_EACH_ADDRESS = 3
"""Lost links asked for in LINK_WINDOW for one e-mail address, whether or not anybody applied with it."""

LINK_WINDOW = timedelta(hours=1)

TOO_MANY = (
    "Too many applications have come from here just now. Nothing was lost: wait an hour and send it again, "
    "or ask the service to record it for you."
)
TOO_MANY_LINKS = "Too many links have been asked for from here just now. Wait an hour, then try again."
