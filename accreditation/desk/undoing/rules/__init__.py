"""What undoing says and counts. Pure: no clock, no database."""
