"""Who is ready for an accreditation, what was awarded, and what was decided since, for somebody."""
