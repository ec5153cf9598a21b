"""What leaving and coming back mean for the facts of the ledger."""
