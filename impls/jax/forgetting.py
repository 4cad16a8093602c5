"""JAX keeps every program that it has compiled, some megabytes for each case: forgotten now and then."""

from itertools import count

import jax

# Cases between two times: programs of neighbouring cases are alike, and those of a thousand take gigabytes.
CASES = 200


class Forgetting:
    """Forgets, at every so many calls, what JAX has compiled so far."""

    def __init__(self) -> None:
        self._calls = count(1)

    def __call__(self) -> None:
        if next(self._calls) % CASES == 0:
            jax.clear_caches()
