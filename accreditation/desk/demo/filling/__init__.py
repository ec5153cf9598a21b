"""Telling the plan to the rooms, through the services that people use: linked, audited, every fact with its source."""
