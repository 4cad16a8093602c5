"""Attributes by which a test's report carries what was found, from the process that ran it to the one that records."""

# Rows of the test.
ROWS = "harness_rows"
# What the process will have rows for; on its first report.
PLAN = "harness_plan"
