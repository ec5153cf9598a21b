"""What a sheet says and what would follow from it. Values in, values out: no clock, no database, no request."""
