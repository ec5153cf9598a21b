"""The error file of an import of the register."""

from collections.abc import Mapping

from accreditation.core.sheets import errors
from accreditation.desk.importing.queries.drafts import Upload


def error_file(upload: Upload, wrong: Mapping[int, str]) -> bytes:
    """An .xlsx of the rows by number under their own headings, between their number and what is wrong."""
    return errors.error_file(upload.sheet, upload.headings, wrong)
