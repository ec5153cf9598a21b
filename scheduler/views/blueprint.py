"""The blueprint that this room's pages hang on."""

from flask import Blueprint

bp = Blueprint("scheduler", __name__)
