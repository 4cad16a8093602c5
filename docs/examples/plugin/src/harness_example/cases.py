"""Cases beside those in case files: layers with one input, where a product is a multiplication table."""

from harness import Case, Dense, grid, hookimpl


@hookimpl
def harness_cases() -> list[Case]:
    return list(grid(Dense, input_shape=(1,), units=[2, 5], name="one_input"))
