"""Where tests get processes of their own: forked from one that has loaded the house and opened nothing.

A process that had to load it itself would work for two seconds before it did what the test is about. One list of what
is loaded for all tests, because the server that they are forked from is started once, by the first that asks.
"""

from multiprocessing import get_context

PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.forked"])
