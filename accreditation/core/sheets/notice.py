"""What stands on a file that leaves the register: its marking, and who took it away, when, and how much."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """`words` is a sentence for the head of the file. `note_export` (people) makes one and writes it in the trail."""

    classification: str
    words: str
