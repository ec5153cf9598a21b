"""From when to when an accreditation runs, and who may take one away. Pure: no clock, no database."""
