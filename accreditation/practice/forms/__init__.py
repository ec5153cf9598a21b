"""The shape of the answers: entries of the log, cases, and leave."""
