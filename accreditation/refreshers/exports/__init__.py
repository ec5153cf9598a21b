"""Workbooks of the room."""
