"""Keeping an upload, and carrying out what its preview showed."""
