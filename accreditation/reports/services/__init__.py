"""Preparing and signing off reports. Callers hold the transaction; nothing here commits."""
