"""What may be logged, what of it counts, and what the service makes of its cases. No database, no clock."""
