"""The presets that ship with the product, one JSON file for each scheme of a well-known body."""

from functools import cache
from importlib.resources import files

from accreditation.core.errors import NotFound
from accreditation.standing.rules.contract.schemes import read_scheme_file
from accreditation.standing.rules.scheme import Scheme

BUILT_IN = ("INHOUSE-WPM", "MPS-L1-HT")
"""Fully mapped, and there from the start; the others are installed when somebody asks for them."""


@cache
def preset_text(code: str) -> str:
    """The preset's file. Raises NotFound."""
    if code not in preset_codes():
        raise NotFound(f"There is no preset {code}.")
    return files("accreditation.standing").joinpath("presets", f"{code}.json").read_text(encoding="utf-8")


@cache
def preset(code: str) -> Scheme:
    """Raises NotFound."""
    return read_scheme_file(preset_text(code))


@cache
def preset_codes() -> tuple[str, ...]:
    """All presets by code, in alphabetical order."""
    folder = files("accreditation.standing").joinpath("presets")
    return tuple(sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json")))
