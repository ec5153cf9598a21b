"""The vetting unit's list: what its columns hold, what a row says, and what would become of it."""
