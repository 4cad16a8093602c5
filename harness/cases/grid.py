"""Cases in numbers: grids of parameter values that cover all pairs, and the decorator that makes tests of them."""

import inspect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from harness.cases.case import DTYPES, Case
from harness.cases.data import Data
from harness.cases.network import Network
from harness.errors import SpecificationError, nearest
from harness.operators.layers import Layer, snake_case
from harness.operators.losses import as_loss
from harness.operators.optimizers import as_optimizer
from harness.operators.specification import Specification, file_name

F = TypeVar("F", bound=Callable[..., object])
Subject = Callable[..., Any]

CASE_ARGUMENTS = ("loss", "optimizer", "batch_size", "steps", "data", "seed")
# Named here only to suggest them: Python itself hands these to ``grid``.
GRID_ARGUMENTS = ("input_shape", "name", "dtype", "where")
# What arguments are called in ids, where their own name is long or plural.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "batch_size": "batch",
        "beta_1": "beta1_",
        "beta_2": "beta2_",
        "depth_multiplier": "multiplier",
        "dilation_rate": "dilation",
        "kernel_size": "kernel",
        "learning_rate": "rate",
        "negative_slope": "slope",
        "pool_size": "pool",
        "strides": "stride",
        "target_shape": "to",
        "use_bias": "bias",
    }
)


@dataclass(frozen=True)
class Cases:
    """An ordered collection of Cases with different ids and different meanings; ``+`` joins two.

    Raises:
        SpecificationError: two cases of one name, or one case under two names.
    """

    cases: tuple[Case, ...]

    def __post_init__(self) -> None:
        names: dict[str, Case] = {}
        keys: dict[str, Case] = {}
        for case in self.cases:
            if not isinstance(case, Case):
                raise SpecificationError(f"Cases expected Case objects, got {case!r}.")
            if case.name in names:
                same = "the same case twice" if names[case.name].key == case.key else "two cases of one name"
                raise SpecificationError(f"expected cases with different names, got {same}: {case.name!r}.")
            if case.key in keys:
                raise SpecificationError(
                    f"expected different cases, got one under two names: {keys[case.key].name!r} and {case.name!r}."
                )
            names[case.name] = keys[case.key] = case

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)

    def __len__(self) -> int:
        return len(self.cases)

    def __add__(self, other: "Cases") -> "Cases":
        return Cases(self.cases + other.cases)

    def with_data(self, data: Data) -> "Cases":
        """Return the same cases with other data, its label in their ids."""
        return Cases(tuple(_labelled(case, data) for case in self.cases))

    def with_seed(self, seed: int) -> "Cases":
        """Return the same cases, under the same ids, with every tensor drawn anew."""
        return Cases(tuple(case.with_(seed=seed) for case in self.cases))


def grid(
    subject: Subject,
    *,
    input_shape: Any = None,
    name: str = "",
    dtype: str | Iterable[str] = DTYPES,
    where: Callable[..., bool] | None = None,
    **arguments: Any,
) -> Cases:
    """Return cases in which every pair of values of any two arguments occurs together at least once.

    A list is a choice of values, anything else is one value. ``loss``, ``optimizer``, ``batch_size``, ``steps``,
    ``data`` and ``seed`` go to the Case, all other arguments to the subject. Each combination comes in every dtype.
    Combinations that mean the same (a pool's strides of None and of its size) become one case.

    Args:
        subject: a layer class, or a function that returns a layer or a list of layers.
        input_shape: without the batch, or a list of such shapes.
        name: the first word of the ids; defaults to the subject's name.
        dtype: one format or several.
        where: called with the arguments it names; combinations for which it is false are left out.
        arguments: values, or lists of them.

    Raises:
        SpecificationError: an argument that neither the subject nor the Case has, or a combination that Keras would
            refuse; exclude it with ``where``.

    Example:
        >>> for case in grid(Dense, input_shape=(7,), units=[1, 3], dtype="float32"):
        ...     print(case.name)
        dense-7-units1-float32
        dense-7-units3-float32
    """
    _check_arguments(subject, arguments)
    if input_shape is None:
        raise SpecificationError("grid expected input_shape, without the batch, such as input_shape=(7, 6, 3).")
    axes = {"input_shape": input_shape} | arguments
    choices = {key: value if isinstance(value, list) else [value] for key, value in axes.items()}
    for key, values in choices.items():
        if not values:
            raise SpecificationError(f"grid expected values for {key}, got an empty list.")
    dtypes = [dtype] if isinstance(dtype, str) else list(dtype)
    prefix = name or (snake_case(subject.__name__) if isinstance(subject, type) else subject.__name__)
    shown = [key for key, values in choices.items() if len(values) > 1 or key == "input_shape"]
    cases: dict[str, Case] = {}
    for combination in _all_pairs(choices, where):
        words = [prefix, *(word for key in shown if (word := word_of(key, combination[key])))]
        for each in dtypes:
            try:
                case = _case(subject, combination, each, "-".join([*words, each]))
            except SpecificationError as error:
                detail = ", ".join(f"{key}={value!r}" for key, value in combination.items())
                raise SpecificationError(f"{error} (in the grid at {detail}; leave it out with where=)") from None
            cases.setdefault(case.key, case)
    return Cases(tuple(cases.values()))


@dataclass(frozen=True)
class PluginCases:
    """The cases that plugins bring by the hook ``harness_cases``; there may be none."""


plugin_cases = PluginCases()


def verifies(cases: Cases | Iterable[Case] | PluginCases) -> Callable[[F], F]:
    """Make the decorated test function one test for each case and implementation.

    The function's body is not run: its name and docstring say what the cases are about.
    """
    collected = cases if isinstance(cases, Cases | PluginCases) else Cases(tuple(cases))
    if isinstance(collected, Cases) and not len(collected):
        raise SpecificationError("verifies expected one or more cases, got none.")

    def mark(function: F) -> F:
        function.harness_cases = collected  # type: ignore[attr-defined]  # read by the pytest plugin
        return function

    return mark


def _check_arguments(subject: Subject, arguments: Mapping[str, Any]) -> None:
    """Refuse what the subject and the Case do not have, before any combination is built."""
    if not callable(subject):
        raise SpecificationError(
            f"grid expected a layer class or a function that returns layers, got subject={subject!r}."
        )
    parameters = inspect.signature(subject).parameters
    kinds = {parameter.kind for parameter in parameters.values()}
    accepted = [*parameters, *CASE_ARGUMENTS]
    for word, value in arguments.items():
        if word not in accepted and inspect.Parameter.VAR_KEYWORD not in kinds:
            suggestion = nearest(word, [*accepted, *GRID_ARGUMENTS])
            raise SpecificationError(f"{subject.__name__} got {word}={value!r}.{suggestion}")
    for parameter in parameters.values():
        variable = parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        if parameter.default is inspect.Parameter.empty and parameter.name not in arguments and not variable:
            raise SpecificationError(f"{subject.__name__} expected {parameter.name}, which the grid does not give.")


def _case(subject: Subject, combination: Mapping[str, Any], dtype: str, name: str) -> Case:
    of_case = {key: value for key, value in combination.items() if key in CASE_ARGUMENTS}
    of_subject = {k: v for k, v in combination.items() if k not in CASE_ARGUMENTS and k != "input_shape"}
    made = subject(**of_subject)
    if not isinstance(made, (Layer, list, tuple)):
        raise SpecificationError(f"{subject.__name__} expected to return a layer or a list of layers, got {made!r}.")
    layers = (made,) if isinstance(made, Layer) else tuple(made)
    return Case(Network(combination["input_shape"], layers), dtype=dtype, name=name, **of_case)


def _all_pairs(choices: Mapping[str, list[Any]], where: Callable[..., bool] | None) -> list[dict[str, Any]]:
    """Choose combinations greedily: most pairs that none before had, then the values that were used least."""
    keys = list(choices)
    counts = [len(values) for values in choices.values()]
    index = np.array(list(itertools.product(*(range(count) for count in counts))))
    if where is not None:
        wanted = list(inspect.signature(where).parameters)
        unknown = [key for key in wanted if key not in keys]
        if unknown:
            raise SpecificationError(f"grid got where= with the parameter {unknown[0]}, which is none of {keys}.")
        kept = [where(**{key: choices[key][row[keys.index(key)]] for key in wanted}) for row in index]
        index = index[np.array(kept, dtype=bool)]
    if len(index) == 0:
        raise SpecificationError("grid expected where= to leave at least one combination, got none.")
    pairs = list(itertools.combinations(range(len(keys)), 2)) or [(0, 0)]
    offsets = np.cumsum([0, *(counts[a] * counts[b] for a, b in pairs)])
    ids = np.stack([offsets[i] + index[:, a] * counts[b] + index[:, b] for i, (a, b) in enumerate(pairs)], axis=1)
    uncovered = np.zeros(offsets[-1], dtype=bool)
    uncovered[ids] = True
    values = index + np.cumsum([0, *counts[:-1]])
    uses = np.zeros(sum(counts))
    chosen = []
    while uncovered.any():
        gains = uncovered[ids].sum(axis=1)
        equally_good = np.flatnonzero(gains == gains.max())
        best = int(equally_good[uses[values[equally_good]].sum(axis=1).argmin()])
        uncovered[ids[best]] = False
        uses[values[best]] += 1
        chosen.append(best)
    return [{key: choices[key][i] for key, i in zip(keys, index[row], strict=True)} for row in sorted(chosen)]


def _labelled(case: Case, data: Data) -> Case:
    stem = case.name.removesuffix(f"-{case.dtype}")
    stem = stem.removesuffix(f"-{case.data.label}") if case.data.label else stem
    return case.with_(data=data, name="-".join([stem, *([data.label] if data.label else []), case.dtype]))


def word_of(argument: str, value: Any) -> str:
    """Return the part of an id for one argument: ``stride2``, ``same``, ``7x6x3``, ``no_bias``; empty for None."""
    label = WORDS.get(argument, argument)
    if argument == "loss":
        value = as_loss(value)
    if argument == "optimizer":
        value = as_optimizer(value)
    match value:
        case None:
            return ""
        case bool():
            return label if value else f"no_{label}"
        case Data():
            return value.label
        case Specification():
            return _specification_word(value)
        case str():
            return value
        case type():
            return snake_case(value.__name__)
        case tuple() | list():
            joined = "x".join(_specification_word(n) if isinstance(n, Specification) else str(n) for n in _flat(value))
            return joined if argument == "input_shape" else f"{label}{joined}"
        case float():
            return f"{label}{value:g}"
        case _:
            return f"{label}{value}"


def _specification_word(specification: Specification) -> str:
    parameters = inspect.signature(type(specification)).parameters.values()
    given = [(parameter, getattr(specification, parameter.name)) for parameter in parameters]
    changed = [word_of(parameter.name, value) for parameter, value in given if value != parameter.default]
    return "_".join([file_name(type(specification)), *changed])


def _flat(value: Any) -> Iterator[Any]:
    for item in value:
        if isinstance(item, (tuple, list)):
            yield from _flat(item)
        else:
            yield item
