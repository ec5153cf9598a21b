"""Who may sign in: accounts, their passwords, the sessions that are open, and the links that begin or renew them."""
