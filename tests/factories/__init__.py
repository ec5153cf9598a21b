"""One function for each noun, and one for each state that tests keep needing, named as the office would name it."""

from tests.factories.accounts import *  # noqa: F403
from tests.factories.awards import *  # noqa: F403
from tests.factories.cohorts import *  # noqa: F403
from tests.factories.days import TODAY as TODAY
from tests.factories.helpline import *  # noqa: F403
from tests.factories.leaving import *  # noqa: F403
from tests.factories.merging import *  # noqa: F403
from tests.factories.overlays import *  # noqa: F403
from tests.factories.people import *  # noqa: F403
from tests.factories.practice import *  # noqa: F403
from tests.factories.raising import *  # noqa: F403
from tests.factories.refreshers import *  # noqa: F403
from tests.factories.reports import *  # noqa: F403
from tests.factories.scheduler import *  # noqa: F403
from tests.factories.standing import *  # noqa: F403
from tests.factories.undoing import *  # noqa: F403
from tests.factories.vetting import *  # noqa: F403
