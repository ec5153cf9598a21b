"""Mediators raise corrections, the office answers."""
