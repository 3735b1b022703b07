"""What all tests share."""

import signal

# A background job of a shell ignores SIGINT and hands that on to what it starts; tests press Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.support.cluster.fixtures", "tests.support.budget", "tests.support.lanes", "tests.support.skips"]
