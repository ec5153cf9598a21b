"""What is decided without a database.

Which reminders there are, which one speaks for the others, what a server's answer means.
"""
