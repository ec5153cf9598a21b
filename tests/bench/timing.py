"""What the time is measured with."""

from time import perf_counter, process_time

_by_processor = False


def measure_processor_time() -> None:
    """On a machine that is busy with other things: the time this process was given, not the time that passed."""
    global _by_processor
    _by_processor = True


def timer() -> float:
    """Seconds since some moment."""
    return process_time() if _by_processor else perf_counter()
