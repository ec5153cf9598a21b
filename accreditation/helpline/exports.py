"""The rows of a past log that could not be read, given back with what is wrong."""

from accreditation.core.sheets import errors
from accreditation.helpline.queries.log import LogPlan, Table


def rows_to_correct(table: Table, plan: LogPlan) -> bytes:
    """An .xlsx of the rows to be corrected under their own headings; corrected, it can be uploaded."""
    return errors.error_file(table.sheet, table.headings, {one.row.number: one.wrong for one in plan.having("wrong")})
