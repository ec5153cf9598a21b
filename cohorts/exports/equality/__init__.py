"""Equality figures to take away: a workbook and an impact assessment. Both hold what the pages show and no more."""
