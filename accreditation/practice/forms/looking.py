"""Words that people type for others to read: what looks like somebody's name is warned of once, never refused."""

from collections.abc import Collection

from wtforms import HiddenField

from accreditation.core.private_text import names_in
from accreditation.web.forms import BaseForm


class WarnsOfNames(BaseForm):
    """`looked_at` holds what the page warned of, so that the same words are not warned of twice."""

    looked_at = HiddenField()

    def words_to_look_at(self) -> list[str | None]:
        """What was typed into the fields that somebody else reads."""
        raise NotImplementedError

    def names_to_look_at(self, known: Collection[str]) -> list[str]:
        """Words that look like somebody's name and were not warned of yet; empty: there is nothing to look at.

        `known`: names that are no party's, such as those of units and of whom the page is about.
        """
        found = dict.fromkeys(name for text in self.words_to_look_at() for name in names_in(text, known=known))
        if set(found) <= set((self.looked_at.data or "").split("|")):
            return []
        self.looked_at.data = "|".join(found)
        return list(found)
