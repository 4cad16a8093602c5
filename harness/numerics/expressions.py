"""Expressions: values that know how they were computed, from which gradients and rounding errors follow.

An operator is written once, forward, in the functions of this file and of ``harness.numerics.tensors``. From that:

- **gradients** by reverse mode, as expressions themselves: what a right backward pass computes, with its own rounding;
- **errors** in the first order of the unit roundoff, by one adjoint sweep over each stretch of elementwise operations,
  which keeps apart what cancels and together what adds up (the two x of ``x * F(x)``). What comes into a stretch is
  taken as independent, or, where two of them rest on one inexact number, as fully dependent: their deviations add up
  (Cauchy and Schwarz). An error that several elements of the result share does not average out over them, and counts
  with twice its deviation.

A product with a power of two rounds nothing, nor does a sum with 0. A derivative is what the rule of a function says,
never a quotient of differences; kinks are chosen (``chosen``), with the error that an inexact number may have been on
the other side.

Sources: Griewank and Walther, Evaluating Derivatives, chapters 3 and 6 (reverse mode); Linnainmaa, BIT 16 (1976), for
rounding errors by adjoints; Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from harness.numerics.arithmetic import FLOAT64, Arithmetic
from harness.numerics.estimate import Estimate, Factor, Flags, Floats
from harness.numerics.kinks import undecided

# Variance of an error that elements of one result share, in units of its own.
SHARED = 4.0
# The room keeps the second of two choices, whose distance is rounded here, inside the worst case.
ROOM = 1 + 2.0**-20

OfArithmetic = Callable[[Arithmetic], Factor]
Operand = "Expression | float"


@dataclass(frozen=True, eq=False)
class Expression:
    """A value with how it was computed.

    Attributes:
        value: float64, any shape.
        parents: what it was computed from.
    """

    value: Floats
    parents: tuple["Expression", ...] = ()

    @cached_property
    def arithmetic(self) -> Arithmetic:
        """Of the implementation; of constants alone it does not matter which."""
        return next((each.arithmetic for each in self.parents if each.arithmetic is not FLOAT64), FLOAT64)

    @property
    def estimate(self) -> Estimate:
        """The value with the error that an implementation's may have."""
        raise NotImplementedError(f"{type(self).__name__}.estimate")

    @cached_property
    def origins(self) -> frozenset[int]:
        """The inexact numbers and roundings that it rests on, by identity."""
        own = {id(self)} if self.rounds else set()
        return frozenset(own.union(*(each.origins for each in self.rests_on)))

    @property
    def rests_on(self) -> tuple["Expression", ...]:
        """What it was computed from, and what decided how."""
        return self.parents

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    @property
    def rounds(self) -> bool:
        """Whether it brings an error of its own."""
        return False

    def back(self, place: int, dy: "Expression") -> "Expression":
        """Return the gradient with respect to a parent, given that of this expression."""
        raise NotImplementedError(f"{type(self).__name__}.back")

    def __add__(self, other: Any) -> "Expression":
        return _sum(self, as_expression(other))

    def __radd__(self, other: Any) -> "Expression":
        return _sum(as_expression(other), self)

    def __sub__(self, other: Any) -> "Expression":
        return _sum(self, -as_expression(other))

    def __rsub__(self, other: Any) -> "Expression":
        return _sum(as_expression(other), -self)

    def __neg__(self) -> "Expression":
        return Elementwise(-self.value, (self,), (lambda: constant(-1.0),))

    def __mul__(self, other: Any) -> "Expression":
        return _product(self, as_expression(other))

    def __rmul__(self, other: Any) -> "Expression":
        return _product(as_expression(other), self)

    def __truediv__(self, other: Any) -> "Expression":
        divisor = as_expression(other)
        if _powers_of_two(divisor).all():
            return _product(self, constant(1 / divisor.value))
        quotient = self.value / divisor.value

        def by_divisor() -> Expression:
            return -(Elementwise(quotient, (self, divisor), slopes, once) / divisor)

        slopes = (lambda: 1.0 / divisor, by_divisor)
        return Elementwise(quotient, (self, divisor), slopes, once)

    def __rtruediv__(self, other: Any) -> "Expression":
        return as_expression(other) / self


@dataclass(frozen=True, eq=False)
class Given(Expression):
    """What an expression starts from: numbers with their error, and the arithmetic that they are computed with."""

    estimated: Estimate = field(default_factory=lambda: Estimate.exact(0.0))
    computed_in: Arithmetic = FLOAT64

    @cached_property
    def arithmetic(self) -> Arithmetic:
        return self.computed_in

    @property
    def estimate(self) -> Estimate:
        return self.estimated

    @property
    def rounds(self) -> bool:
        return not self.estimated.is_exact


@dataclass(frozen=True, eq=False)
class Elementwise(Expression):
    """A function of elements in one place.

    Attributes:
        slopes: for each parent, the derivative with respect to it.
        roundings: how many roundings of its value it makes; None for none.
        choice: how far it may be off because somebody else chose another right number; None for nothing.
        kink: what decides which parent is taken (see ``chosen``); None where nothing does.
    """

    slopes: tuple[Callable[[], Expression], ...] = ()
    roundings: OfArithmetic | None = None
    choice: OfArithmetic | None = None
    kink: "Kink | None" = None

    @property
    def rounds(self) -> bool:
        undecided = self.kink is not None and not self.kink.decided.all()
        return self.roundings is not None or self.choice is not None or undecided

    @cached_property
    def estimate(self) -> Estimate:
        """The estimate at the end of an elementwise stretch, by one sweep back to where it begins."""
        return _swept(self)

    @property
    def rests_on(self) -> tuple[Expression, ...]:
        return self.parents if self.kink is None else (*self.parents, self.kink.selector)

    def back(self, place: int, dy: Expression) -> Expression:
        parent = self.parents[place]
        if self.kink is None:
            return _summed_to(dy * self.slopes[place](), parent.shape)
        branches = (dy, constant(0.0)) if place == 0 else (constant(0.0), dy)
        return _summed_to(_branched(self.kink, *branches), parent.shape)


@dataclass(frozen=True, eq=False)
class Tensor(Expression):
    """A function in which elements of several places meet, or change places.

    Attributes:
        estimated: the result with its error.
        backs: for each parent, from the gradient of this expression to the gradient with respect to that parent.
        moves_only: True where elements only change places.
    """

    estimated: Estimate = field(default_factory=lambda: Estimate.exact(0.0))
    backs: tuple[Callable[[Expression], Expression], ...] = ()
    moves_only: bool = False

    @property
    def estimate(self) -> Estimate:
        return self.estimated

    @property
    def rounds(self) -> bool:
        return not self.moves_only

    def back(self, place: int, dy: Expression) -> Expression:
        return self.backs[place](dy)


@dataclass(frozen=True)
class Kink:
    """What decides between two branches.

    Attributes:
        selector: the expression that is looked at.
        first: where the first branch is taken.
        distance: how far the selector is from where the other would be, 0 or more.
    """

    selector: Expression
    first: Flags
    distance: Floats

    @cached_property
    def reaches(self) -> tuple[Flags, Flags]:
        """Where the other branch may have been taken, in the worst case and by variance."""
        return undecided(self.selector.estimate, self.distance)

    @property
    def decided(self) -> Flags:
        """Where it cannot have been."""
        worst, likely = self.reaches
        return ~(worst | likely)


def once(arithmetic: Arithmetic) -> float:
    """Return one rounding."""
    return 1.0


def given(estimate: Estimate, arithmetic: Arithmetic) -> Given:
    """Return the start of an expression that an implementation computes in that arithmetic."""
    return Given(estimate.value, (), estimate, arithmetic)


def constant(value: Any, *, in_float32: bool = False) -> Expression:
    """Return a constant, which somebody may hold in the working precision, and somebody else exactly.

    Args:
        value: a number or an array.
        in_float32: some keep it in float32, whatever they compute in.
    """
    array = np.asarray(value, np.float64)
    if np.array_equal(array.astype(np.float32), array):
        return Elementwise(array)

    def off(arithmetic: Arithmetic) -> Factor:
        held = np.float32 if in_float32 else np.dtype(arithmetic.precision)
        distance: Floats = np.abs(array.astype(held).astype(np.float64) - array)
        return distance

    return Elementwise(array, choice=off)


def as_expression(value: Any) -> Expression:
    """Return an expression as it is, and a number as a constant."""
    return value if isinstance(value, Expression) else constant(value)


def chosen(selector: Expression, first: Flags, one: Any, other: Any, at: Factor = 0.0) -> Expression:
    """Return ``one`` where ``first`` holds and ``other`` elsewhere.

    Args:
        selector: what decides; an inexact one may have decided otherwise where it is near ``at``.
        first: what it decided.
        one: an expression or a number.
        other: likewise.
        at: where the decision changes.
    """
    kink = Kink(selector, first, np.abs(selector.value - at))
    return _branched(kink, as_expression(one), as_expression(other))


def _branched(kink: Kink, one: Expression, other: Expression) -> Expression:
    value = np.where(kink.first, one.value, other.value)
    masks = kink.first.astype(np.float64), (~kink.first).astype(np.float64)
    slopes = tuple((lambda mask=mask: constant(mask)) for mask in masks)
    return Elementwise(value, (one, other), slopes, kink=kink)


def maximum(x: Expression, least: float) -> Expression:
    """Return the larger of x and a number, whose slope at that number is 0."""
    return chosen(x, x.value > least, x, least, least)


def magnitude(x: Expression) -> Expression:
    """Return the size of x, whose slope at 0 is 0."""
    sign = chosen(x, x.value > 0, 1.0, chosen(x, x.value < 0, -1.0, 0.0))
    return sign * x


def _of(
    x: Expression, value: Floats, slope: Callable[[Expression, Expression], Expression], roundings: OfArithmetic
) -> Expression:
    """Return a library function of x; ``slope`` is given x and the result."""
    y: Elementwise

    def derivative() -> Expression:
        return slope(x, y)

    y = Elementwise(value, (x,), (derivative,), roundings)
    return y


def exp(x: Expression) -> Expression:
    """Return e to the power of x."""
    return _of(x, np.exp(x.value), lambda x, y: y, lambda a: a.exp_roundings)


def expm1(x: Expression) -> Expression:
    """Return exp(x) - 1 without cancellation."""
    return _of(x, np.expm1(x.value), lambda x, y: exp(x), lambda a: a.expm1_roundings)


def log(x: Expression) -> Expression:
    """Return the natural logarithm."""
    return _of(x, np.log(x.value), lambda x, y: 1.0 / x, lambda a: a.log_roundings)


def log1p(x: Expression) -> Expression:
    """Return log(1 + x) without cancellation."""
    return _of(x, np.log1p(x.value), lambda x, y: 1.0 / (1.0 + x), lambda a: a.log1p_roundings)


def tanh(x: Expression) -> Expression:
    """Return the hyperbolic tangent."""
    return _of(x, np.tanh(x.value), lambda x, y: (1.0 - y) * (1.0 + y), lambda a: a.tanh_roundings)


def sigmoid(x: Expression) -> Expression:
    """Return 1 / (1 + exp(-x)); only the exponential of a negative number is taken."""
    decay = np.exp(-np.abs(x.value))
    value = np.where(x.value >= 0, 1.0, decay) / (1 + decay)
    return _of(x, value, lambda x, y: y * (1.0 - y), lambda a: a.sigmoid_roundings)


def square(x: Expression) -> Expression:
    """Return x²."""
    return Elementwise(np.square(x.value), (x,), (lambda: 2.0 * x,), once)


def root(x: Expression) -> Expression:
    """Return the square root."""
    return _of(x, np.sqrt(x.value), lambda x, y: 0.5 / y, once)


def power(x: Expression, exponent: int) -> Expression:
    """Return a number from 0 to 1 to the power of a small positive integer."""
    if exponent == 1:
        return x
    return _of(x, x.value**exponent, lambda x, y: float(exponent) * power(x, exponent - 1), lambda a: a.power_roundings)


def erf(x: Expression) -> Expression:
    """Return the error function."""
    return _of(x, np.asarray(_ERF(x.value), np.float64), _density_of_erf, lambda a: a.erf_roundings)


def erfc(x: Expression) -> Expression:
    """Return 1 - erf(x) without cancellation."""
    value = np.asarray(_ERFC(x.value), np.float64)
    return _of(x, value, lambda x, y: -_density_of_erf(x, y), lambda a: a.erf_roundings)


_ERF = np.frompyfunc(math.erf, 1, 1)
_ERFC = np.frompyfunc(math.erfc, 1, 1)


def _density_of_erf(x: Expression, y: Expression) -> Expression:
    return exp(-square(x)) * (2 / math.sqrt(math.pi))


def _sum(one: Expression, other: Expression) -> Expression:
    if _is_zero(other) and one.shape == np.broadcast_shapes(one.shape, other.shape):
        return one
    if _is_zero(one) and other.shape == np.broadcast_shapes(one.shape, other.shape):
        return other
    slopes = (lambda: constant(1.0),) * 2
    return Elementwise(one.value + other.value, (one, other), slopes, once)


def _product(one: Expression, other: Expression) -> Expression:
    shape = np.broadcast_shapes(one.shape, other.shape)
    if _is_one(other) and one.shape == shape:
        return one
    if _is_one(one) and other.shape == shape:
        return other
    exact = _powers_of_two(one) | _powers_of_two(other)
    slopes = (lambda: other, lambda: one)
    value = one.value * other.value
    if exact.all():
        return Elementwise(value, (one, other), slopes)
    roundings = once if not exact.any() else lambda a: np.where(exact, 0.0, 1.0)
    return Elementwise(value, (one, other), slopes, roundings)


def _certain(x: Expression) -> Flags:
    """Return which elements are constants that everybody holds exactly."""
    if isinstance(x, Elementwise) and x.kink is not None:
        one, other = (_certain(parent) for parent in x.parents)
        certain: Flags = np.where(x.kink.first, one, other) & x.kink.decided
        return certain
    return np.asarray(isinstance(x, Elementwise) and not x.parents and not x.rounds)


def _powers_of_two(x: Expression) -> Flags:
    """Return which elements are certain to be powers of two, or 0."""
    certain = _certain(x)
    return certain & np.isin(np.abs(np.frexp(x.value)[0]), (0.0, 0.5)) if certain.any() else certain


def _is_constant(x: Expression) -> bool:
    return isinstance(x, Elementwise) and not x.parents and not x.rounds


def _is_zero(x: Expression) -> bool:
    return _is_constant(x) and not x.value.any()


def _is_one(x: Expression) -> bool:
    return _is_constant(x) and bool((x.value == 1).all())


def _summed_to(x: Expression, shape: tuple[int, ...]) -> Expression:
    """Return a gradient summed over the axes along which its parent was repeated."""
    if x.shape == shape:
        return x
    from harness.numerics.tensors import broadcast, reshaped, total

    if x.value.size < math.prod(shape):
        return broadcast(x, shape)
    lead = len(x.shape) - len(shape)
    repeated = tuple(axis for axis in range(len(x.shape)) if axis < lead or shape[axis - lead] < x.shape[axis])
    return reshaped(total(x, repeated), shape)


def in_order(outputs: Iterable[Expression]) -> list[Expression]:
    """Return expressions with all that they were computed from, each after its parents."""
    found: list[Expression] = []
    seen: set[int] = set()
    # Without recursion, because expressions may be long.
    waiting = [(output, False) for output in outputs]
    while waiting:
        node, expanded = waiting.pop()
        if expanded:
            found.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting += [(parent, False) for parent in node.parents]
    return found


def gradients(output: Expression, starts: Sequence[Expression], dy: Expression) -> list[Expression]:
    """Return the gradients with respect to what an expression starts from, by reverse mode.

    Args:
        output: the expression.
        starts: those to differentiate with respect to.
        dy: the gradient with respect to the output, of its shape.
    """
    order = in_order([output])
    leads = {id(start) for start in starts}
    for node in order:
        if any(id(parent) in leads for parent in node.parents):
            leads.add(id(node))
    arriving = {id(output): dy}
    for node in reversed(order):
        if id(node) not in arriving or id(node) not in leads:
            continue
        for place, parent in enumerate(node.parents):
            if id(parent) in leads:
                share = node.back(place, arriving[id(node)])
                before = arriving.get(id(parent))
                arriving[id(parent)] = share if before is None else before + share
    return [arriving.get(id(start), constant(np.zeros(start.shape))) for start in starts]


def widest(estimates: Sequence[Estimate]) -> Estimate:
    """Return the first value with the largest error of all: each is a right way to compute it."""
    first, *others = estimates
    for other in others:
        first = Estimate(
            first.value, np.maximum(first.worst_case, other.worst_case), np.maximum(first.variance, other.variance)
        )
    return first


def _swept(output: Elementwise) -> Estimate:
    errors = _Errors(output.shape)
    adjoints: dict[int, Floats] = {id(output): np.ones(())}
    begins: dict[int, Expression] = {}
    for node in reversed(_stretch(output)):
        adjoint = adjoints[id(node)]
        _add_own(node, adjoint, output.arithmetic, errors)
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            share = adjoint * slope().value
            adjoints[id(parent)] = adjoints[id(parent)] + share if id(parent) in adjoints else share
            if not isinstance(parent, Elementwise):
                begins[id(parent)] = parent
    for members in _dependent([begin for begin in begins.values() if not begin.estimate.is_exact]):
        errors.inherited([(member.estimate, adjoints[id(member)]) for member in members])
    return errors.estimate(output.value)


def _add_own(node: Elementwise, adjoint: Floats, arithmetic: Arithmetic, errors: "_Errors") -> None:
    if node.roundings is not None:
        roundings = node.roundings(arithmetic)
        # Without a rounding there is no underflow either.
        errors.rounded(adjoint, (np.asarray(roundings) > 0) * Estimate.rounding(node.value, roundings, arithmetic))
    if node.choice is not None:
        off = np.broadcast_to(node.choice(arithmetic), node.shape)
        errors.chosen(adjoint, off, off)
    if node.kink is not None and not node.kink.decided.all():
        _add_undecided(node, node.kink, adjoint, errors)


def _add_undecided(node: Elementwise, kink: Kink, adjoint: Floats, errors: "_Errors") -> None:
    """Add that the other branch may have been taken: how far it is, and its own error."""
    worst, likely = kink.reaches
    one, other = (parent.estimate for parent in node.parents)
    difference = np.abs(one.value - other.value)
    worst_case = np.where(kink.first, other.worst_case, one.worst_case)
    deviation = np.sqrt(np.where(kink.first, other.variance, one.variance))
    errors.chosen(
        adjoint, np.where(worst, difference + worst_case, 0.0), np.where(likely, np.hypot(difference, deviation), 0.0)
    )


def _dependent(begins: Iterable[Expression]) -> list[list[Expression]]:
    """Return expressions in groups, of which those of different groups rest on nothing inexact in common."""
    groups: list[tuple[frozenset[int], list[Expression]]] = []
    for begin in begins:
        origins, members = begin.origins, [begin]
        for group in [group for group in groups if not group[0].isdisjoint(origins)]:
            groups.remove(group)
            origins, members = origins | group[0], [*group[1], *members]
        groups.append((origins, members))
    return [members for _, members in groups]


class _Errors:
    """The errors of an elementwise stretch as they are added up, in the shape of its end."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.worst_case = np.zeros(shape)
        self.variance = np.zeros(shape)

    def rounded(self, adjoint: Floats, error: Floats) -> None:
        size = np.abs(adjoint) * error
        self.worst_case += size
        self.variance += self._shared(error) * np.square(size) / 3

    def chosen(self, adjoint: Floats, worst: Floats, likely: Floats) -> None:
        size = np.abs(adjoint)
        self.worst_case += ROOM * size * worst
        self.variance += np.square(size * likely)

    def inherited(self, members: list[tuple[Estimate, Floats]]) -> None:
        deviation = np.zeros(())
        for estimate, adjoint in members:
            self.worst_case += np.abs(adjoint) * estimate.worst_case
            likely = self._shared(estimate.value) * np.square(adjoint) * estimate.variance
            if len(members) == 1:
                self.variance += likely
            else:
                deviation = deviation + np.sqrt(likely)
        if len(members) > 1:
            self.variance += np.square(deviation)

    def estimate(self, value: Floats) -> Estimate:
        return Estimate(value, self.worst_case, self.variance) if self.worst_case.any() else Estimate.exact(value)

    def _shared(self, of: Floats) -> float:
        return SHARED if of.size < math.prod(self.shape) else 1.0


def _stretch(output: Expression) -> list["Elementwise"]:
    """Return the elementwise expressions that lead to the last one without a break, each after its parents."""
    found: list[Elementwise] = []
    seen: set[int] = set()
    waiting: list[tuple[Expression, bool]] = [(output, False)]
    while waiting:
        node, expanded = waiting.pop()
        if not isinstance(node, Elementwise):
            continue
        if expanded:
            found.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting.append((node, True))
            waiting += [(parent, False) for parent in node.parents]
    return found
