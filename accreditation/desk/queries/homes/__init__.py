"""What stands on the first page of each role."""
