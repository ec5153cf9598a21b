"""Undoing what was done to results in one go: what nothing else built on is reversed, the rest named with its reason.

A release leads into other rooms: evidence, accreditations, letters. So this is the desk's; each room reverses its own.
"""
