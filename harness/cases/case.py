"""A Case: everything that defines one verification, and no arrays."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from harness.cases.data import Constant, Data, Digits, Integers, LegacyUniform, Random, Sparse, Uniform, random
from harness.cases.network import Network
from harness.errors import SpecificationError
from harness.operators.activations import ACTIVATIONS
from harness.operators.discovery import installed
from harness.operators.layers import LAYERS
from harness.operators.losses import LOSSES, Loss, MeanSquaredError, as_loss
from harness.operators.optimizers import OPTIMIZERS, SGD, Optimizer, as_optimizer
from harness.operators.specification import Specification, from_dict, is_integer

DTYPES = ("float32", "float64")


class Case(Specification):
    """What to run: network, loss, optimizer, sizes, number format, data and seed.

    Args:
        network: the layers and the input's shape.
        loss: a loss or Keras's function name for it.
        optimizer: an optimizer or Keras's name in lower case. The default learning rate of 0.5 is exact in
            every binary format, and large enough to be seen in the weights.
        batch_size: samples in each step.
        steps: training steps, each on a batch of its own.
        dtype: ``float32`` or ``float64``, the format of every tensor.
        data: how inputs, targets and initial weights are drawn.
        seed: the seed of every tensor's stream.
        name: the id in reports; no part of the meaning, so no part of the key.
    """

    network: Network
    loss: Loss | str = MeanSquaredError()
    optimizer: Optimizer | str = SGD(learning_rate=0.5)
    batch_size: int = 5
    steps: int = 1
    dtype: str = "float32"
    data: Data = random
    seed: int = 0
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        self.normalize("loss", as_loss(self.loss))
        self.normalize("optimizer", as_optimizer(self.optimizer))
        for argument in ("batch_size", "steps"):
            value = getattr(self, argument)
            self.expect(is_integer(value) and value > 0, argument, "a positive integer")
        self.expect(is_integer(self.seed) and self.seed >= 0, "seed", "an integer of 0 or more")
        self.expect(self.dtype in DTYPES, "dtype", " or ".join(DTYPES))
        if not isinstance(self.network, Network):
            raise SpecificationError(f"Case expected a Network, got network={self.network!r}.")
        if not isinstance(self.data, Data):
            raise SpecificationError(f"Case expected data from harness.cases.data, got data={self.data!r}.")
        self.expect(isinstance(self.name, str), "name", "printable ASCII")
        self.normalize("name", self.name or self._automatic_name)
        self.expect(self.name.isascii() and self.name.isprintable(), "name", "printable ASCII")

    @property
    def the_loss(self) -> Loss:
        """The loss, for type checkers that cannot know it is no longer a name."""
        return as_loss(self.loss)

    @property
    def the_optimizer(self) -> Optimizer:
        """The optimizer, for type checkers that cannot know it is no longer a name."""
        return as_optimizer(self.optimizer)

    def as_dict(self) -> dict[str, Any]:
        """Canonical form: the meaning of the case, without its name."""
        plain = super().as_dict()
        del plain["name"]
        return plain

    @classmethod
    def from_json(cls, canonical: str, name: str = "") -> "Case":
        """Rebuild a case from its canonical JSON; it has the same key.

        Args:
            canonical: what ``json`` returned; operators of installed plugins may be in it.
            name: the id, which is no part of the canonical form.

        Raises:
            SpecificationError: it describes no case, or one with a kind of layer, loss, … that nobody here offers.
        """
        plain = json.loads(canonical)
        if not isinstance(plain, dict) or plain.get("kind") != "Case":
            raise SpecificationError(f"a case expected the canonical JSON of a Case, got {canonical[:80]!r}.")
        # Plugins are looked through only for what is not here.
        known = KINDS if _kinds_in(plain) <= KINDS.keys() else {**installed(), **KINDS}
        case: Case = from_dict(known, "kind", plain | {"name": name})
        return case

    @cached_property
    def json(self) -> str:
        """Canonical JSON: sorted keys, no spaces, ASCII."""
        return json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"))

    @cached_property
    def key(self) -> str:
        """The first 32 hexadecimal digits of the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.json.encode()).hexdigest()[:32]

    def with_(self, **changes: Any) -> "Case":
        """Return a copy with some arguments changed; a name that was not given is made anew."""
        if self.name == self._automatic_name:
            changes = {"name": ""} | changes
        return replace(self, **changes)

    @property
    def _automatic_name(self) -> str:
        return f"case-{self.key[:8]}"


def _kinds_in(plain: Any) -> set[str]:
    """Return every kind in a canonical form."""
    if isinstance(plain, list):
        return set().union(*map(_kinds_in, plain))
    if not isinstance(plain, dict):
        return set()
    return {str(plain.get("kind", ""))}.union(*map(_kinds_in, plain.values())) - {""}


# Whatever a case is built of, by kind.
KINDS: Mapping[str, type[Specification]] = MappingProxyType(
    {kind.kind: kind for kind in (Case, Network, Random, LegacyUniform, Digits, Uniform, Integers, Constant, Sparse)}
    | {**LAYERS, **LOSSES, **OPTIMIZERS, **ACTIVATIONS}
)
