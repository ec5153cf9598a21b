"""The practice log, cases and leave, for whoever asks."""
