"""What a clearance is, what may follow what, and who may be told. No database, no clock."""
