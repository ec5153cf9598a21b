"""Merging two records and separating them again. Callers hold the transaction; nothing here commits."""

from accreditation.desk.merging.services.merging import NOT_ONES_OWN, merge_people, separate_people

__all__ = ["NOT_ONES_OWN", "merge_people", "separate_people"]
