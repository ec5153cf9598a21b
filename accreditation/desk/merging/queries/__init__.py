"""Which records may be one person's, and what merging two of them would change."""
