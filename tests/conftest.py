"""What several rooms of tests need."""

pytest_plugins = ["pytester"]
