"""Workbooks of this room."""
