"""What accounts go by: limits, passwords, tokens, addresses. Values only: no clock, no database, no request."""
