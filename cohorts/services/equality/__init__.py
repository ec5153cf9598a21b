"""Equality monitoring. Only these modules read a returned form: one for the applicant's own page, one for counting."""
