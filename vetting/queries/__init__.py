"""Reading clearances, for somebody."""
