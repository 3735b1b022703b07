"""What all tests share."""

pytest_plugins = ["tests.support.cluster.fixtures", "tests.support.budget", "tests.support.skips"]
