"""Operators spoken to in their own conventions, and heard in Keras's.

What is translated moves elements and changes formats. It computes nothing else, except for an average that is taken
elsewhere, a factor, and the sum over samples that are handed over one by one.
"""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from harness.cases.network import Node
from harness.cases.problem import Array
from harness.errors import HarnessError
from harness.layerwise.axes import can_be, flipped, rearranged, reordered_features, without_batch
from harness.layerwise.conventions import KERAS_LAYOUTS, Conventions
from harness.layerwise.kinks import covered, without_ties, without_zeros
from harness.layerwise.operators import (
    ActivationOperator,
    InferringOperator,
    LayerOperator,
    LossOperator,
    OptimizerOperator,
    StatefulOperator,
)
from harness.operators import activations, layers, losses, optimizers

DType = np.dtype[Any]


class Samples:
    """Activations on their way to an implementation and back, all at once or one by one."""

    def __init__(self, conventions: Conventions, dtype: DType) -> None:
        self.conventions = conventions
        self.dtype = dtype
        self.one_at_a_time = conventions.one_at_a_time

    def there(self, array: Array) -> list[Array]:
        """Return what is handed over: one array, or one for each sample; read-only."""
        parts = [array[n : n + 1] for n in range(len(array))] if self.one_at_a_time else [array]
        return [self._handed_over(part) for part in parts]

    def back(self, arrays: list[Any], rank: int) -> Any:
        """Return the batch in Keras's layout; what does not have the declared axes comes back as it is."""
        axes = self._axes(rank)
        if not all(isinstance(array, (np.ndarray, np.generic)) for array in arrays):
            return arrays[0]
        if axes and all(can_be(array, axes) for array in arrays):
            want = KERAS_LAYOUTS[rank]
            if self.one_at_a_time:
                arrays = [rearranged(array, axes, without_batch(want))[np.newaxis] for array in map(_plain, arrays)]
            else:
                arrays = [rearranged(array, axes, want) for array in arrays]
        elif self.one_at_a_time:
            return arrays[0]
        return self.as_declared(np.concatenate(arrays) if self.one_at_a_time else arrays[0])

    def as_declared(self, array: Any) -> Any:
        """Return an array in the problem's format where it came in the declared one."""
        if self.conventions.dtype and isinstance(array, (np.ndarray, np.generic)):
            return array.astype(self.dtype) if array.dtype == self.conventions.dtype else array
        return array

    def _axes(self, rank: int) -> str:
        axes = self.conventions.axes_of(rank)
        return axes.replace("N", "1") if self.one_at_a_time else axes

    def _handed_over(self, array: Array) -> Array:
        axes = self.conventions.axes_of(array.ndim)
        if axes:
            array = rearranged(array, KERAS_LAYOUTS[array.ndim], axes)
        copy = np.array(array, dtype=self.conventions.dtype or array.dtype, order="C")
        copy.flags.writeable = False
        return copy


def _plain(array: Any) -> Array:
    return np.asarray(array)


class TranslatedLayer:
    """A layer's operator in its own conventions."""

    def __init__(self, operator: LayerOperator, conventions: Conventions, node: Node, batch: int, dtype: DType) -> None:
        self.operator = operator
        self.conventions = conventions
        self.node = node
        self.samples = Samples(conventions, dtype)
        self.dtype = dtype
        # Where a layer divides its gradients by the samples it sees, those of an averaged loss are divided twice.
        seen = 1 if self.samples.one_at_a_time else batch
        self.divided_by = seen if conventions.average == "layers" else 1
        if hasattr(operator, "infer"):
            self.infer = self._infer

    @property
    def findings(self) -> tuple[str, ...]:
        """What the operator found out about itself."""
        return tuple(getattr(self.operator, "findings", ()))

    def forward(self, layer: layers.Layer, weights: Mapping[str, Array], x: Any) -> tuple[Any, Any]:
        """Return y in Keras's layout, and every part's cache."""
        given = self._inputs(x)
        theirs = self._weights_there(weights)
        results = [_two(self.operator.forward(layer, theirs, part)) for part in given]
        y = self._output([result[0] for result in results])
        if self.conventions.ties == "any" and layer.takes_maximum:
            results = [_two(self.operator.forward(layer, theirs, part)) for part in self._inputs(without_ties(x))]
        return y, [result[1] for result in results]

    def backward(self, layer: layers.Layer, weights: Mapping[str, Array], cache: Any, dy: Array) -> tuple[Any, Any]:
        """Return the gradients with respect to x and to each parameter, in Keras's layout."""
        theirs = self._weights_there(weights)
        if self._reorders:
            dy = reordered_features(dy, self.node.input_shapes[0], "HWC", self.conventions.flatten)
        results = [
            _two(self.operator.backward(layer, theirs, kept, part))
            for kept, part in zip(cache, self.samples.there(dy), strict=True)
        ]
        if not all(isinstance(result[1], Mapping) for result in results):
            return results[0]
        return self._input_gradients([result[0] for result in results]), self._summed(
            [{name: self._gradient_back(name, each) for name, each in result[1].items()} for result in results]
        )

    def moving(self, layer: layers.Layer, weights: Mapping[str, Array], cache: Any) -> Mapping[str, Any]:
        """Return the moving statistics."""
        statistics = cast(StatefulOperator, self.operator).moving(layer, self._weights_there(weights), cache[0])
        return {name: self.samples.as_declared(self._gradient_back(name, each)) for name, each in statistics.items()}

    def _infer(self, layer: layers.Layer, weights: Mapping[str, Array], x: Any) -> Any:
        theirs = self._weights_there(weights)
        inferring = cast(InferringOperator, self.operator)
        return self._output([inferring.infer(layer, theirs, part) for part in self._inputs(x)])

    def _inputs(self, x: Any) -> list[Any]:
        if isinstance(x, tuple):
            return list(zip(*(self.samples.there(part) for part in x), strict=True))
        if self._cut:
            x = x[(slice(None), *map(slice, covered(self.node.layer, x.shape[1:])))]
        return self.samples.there(x)

    def _output(self, parts: list[Any]) -> Any:
        y = self.samples.back(parts, 1 + len(self.node.output_shape))
        if self._reorders and isinstance(y, np.ndarray) and y.shape[1:] == self.node.output_shape:
            return reordered_features(y, self.node.input_shapes[0], self.conventions.flatten, "HWC")
        return y

    @property
    def _reorders(self) -> bool:
        return self.node.layer.flattens and len(self.node.input_shapes[0]) == 3

    @property
    def _cut(self) -> bool:
        layer = self.node.layer
        return self.conventions.remainder == "kept" and layer.pools and getattr(layer, "padding", "") == "valid"

    def _input_gradients(self, parts: list[Any]) -> Any:
        shapes = self.node.input_shapes
        if len(shapes) > 1 and all(isinstance(part, tuple) and len(part) == len(shapes) for part in parts):
            each = zip(*parts, strict=True)
            pairs = zip(each, shapes, strict=True)
            return tuple(self.samples.back(list(part), 1 + len(shape)) for part, shape in pairs)
        dx = self.samples.back(parts, 1 + len(shapes[0]))
        if self._cut and isinstance(dx, np.ndarray) and dx.ndim == 1 + len(shapes[0]):
            cut_off = [(0, size - had) for size, had in zip(shapes[0][:-1], dx.shape[1:], strict=False)]
            return np.pad(dx, ((0, 0), *cut_off, (0, 0)))
        return dx

    def _weights_there(self, weights: Mapping[str, Array]) -> Mapping[str, Array]:
        return {name: self._weight_there(name, array) for name, array in weights.items()}

    def _weight_there(self, name: str, array: Array) -> Array:
        keras, theirs = self.conventions.parameter_axes(self.node.layer, name, array.ndim)
        array = rearranged(self._flipped(array, keras), keras, theirs)
        copy = np.array(array, dtype=self.conventions.dtype or array.dtype, order="C")
        copy.flags.writeable = False
        return copy

    def _gradient_back(self, name: str, array: Any) -> Any:
        shapes = self.node.parameters | self.node.state
        if name not in shapes or not isinstance(array, (np.ndarray, np.generic)):
            return array
        keras, theirs = self.conventions.parameter_axes(self.node.layer, name, len(shapes[name]))
        sizes = dict(zip(keras, shapes[name], strict=True))
        if not can_be(_plain(array), theirs, sizes):
            return array
        return self._flipped(rearranged(_plain(array), theirs, keras, sizes), keras)

    def _flipped(self, array: Array, axes: str) -> Array:
        return flipped(array, axes) if self.conventions.convolution and self.node.layer.convolves else array

    def _summed(self, gradients: list[dict[str, Any]]) -> dict[str, Any]:
        together = gradients[0]
        if len(gradients) > 1:
            # One rounding for each sample would be the harness's own: float64 leaves one in all.
            together = {
                name: np.sum([np.asarray(each[name], np.float64) for each in gradients], axis=0).astype(
                    np.asarray(together[name]).dtype
                )
                for name in together
            }
        if self.divided_by > 1:
            together = {name: (array * self.divided_by).astype(array.dtype) for name, array in together.items()}
        return {name: self.samples.as_declared(array) for name, array in together.items()}


class TranslatedActivation:
    """An activation's operator in its own conventions."""

    def __init__(self, operator: ActivationOperator, conventions: Conventions, dtype: DType) -> None:
        self.operator = operator
        self.samples = Samples(conventions, dtype)
        self.relu_at_zero = conventions.relu_at_zero

    def forward(self, activation: activations.Activation, x: Array) -> tuple[Any, Any]:
        """Return y in Keras's layout, and every part's cache."""
        results = [_two(self.operator.forward(activation, part)) for part in self.samples.there(x)]
        y = self.samples.back([result[0] for result in results], x.ndim)
        if self.relu_at_zero and activation.bends_at_zero:
            nudged = self.samples.there(without_zeros(x))
            results = [_two(self.operator.forward(activation, part)) for part in nudged]
        return y, [result[1] for result in results]

    def backward(self, activation: activations.Activation, cache: Any, dy: Array) -> Any:
        """Return the gradient with respect to x in Keras's layout."""
        parts = zip(cache, self.samples.there(dy), strict=True)
        return self.samples.back([self.operator.backward(activation, kept, part) for kept, part in parts], dy.ndim)


class TranslatedLoss:
    """A loss's operator in its own conventions: its factor, and samples one by one, whose mean is taken."""

    def __init__(self, operator: LossOperator, conventions: Conventions, dtype: DType) -> None:
        self.operator = operator
        self.conventions = conventions
        self.samples = Samples(conventions, dtype)
        self.dtype = dtype

    def forward(self, loss: losses.Loss, y_true: Array, y_pred: Array) -> Any:
        """Return the loss, a scalar."""
        values = [self.operator.forward(loss, *pair) for pair in self._pairs(y_true, y_pred)]
        if not all(np.ndim(value) == 0 for value in values):
            return values[0]
        factor = self._factor(y_pred)
        if len(values) == 1 and factor == 1:
            return self.samples.as_declared(values[0])
        format_ = np.asarray(values[0]).dtype
        total = np.sum(np.asarray(values, np.float64))
        mean = total * factor.denominator / (factor.numerator * len(values))
        return self.samples.as_declared(np.asarray(mean, format_))

    def backward(self, loss: losses.Loss, y_true: Array, y_pred: Array) -> Any:
        """Return the gradient with respect to y_pred, its shape."""
        parts = [self.operator.backward(loss, *pair) for pair in self._pairs(y_true, y_pred)]
        gradient = self.samples.back(parts, y_pred.ndim)
        factor = self._factor(y_pred)
        samples = len(y_pred) if self.samples.one_at_a_time or self.conventions.average != "loss" else 1
        divided_by = factor.numerator * samples
        if not isinstance(gradient, np.ndarray) or divided_by == factor.denominator:
            return gradient
        exact = gradient.astype(np.float64) * factor.denominator / divided_by
        return exact.astype(gradient.dtype)

    def _pairs(self, y_true: Array, y_pred: Array) -> list[tuple[Array, Array]]:
        if y_true.ndim == y_pred.ndim:
            targets = self.samples.there(y_true)
        elif self.samples.one_at_a_time:
            alone = "N" not in self.conventions.features
            targets = [y_true[n] if alone else y_true[n : n + 1] for n in range(len(y_true))]
        else:
            targets = [y_true]
        return list(zip(targets, self.samples.there(y_pred), strict=True))

    def _factor(self, y_pred: Array) -> Any:
        samples = 1 if self.samples.one_at_a_time else len(y_pred)
        return self.conventions.factor_of(samples, y_pred[0].size)


class TranslatedOptimizer:
    """An optimizer that divides by the number of samples itself, or computes in its own format."""

    def __init__(self, operator: OptimizerOperator, conventions: Conventions, batch: int, dtype: DType) -> None:
        self.operator = operator
        self.conventions = conventions
        self.times = batch if conventions.average == "update" else 1
        self.samples = Samples(conventions, dtype)

    def update(
        self, optimizer: optimizers.Optimizer, step: int, weight: Array, gradient: Array, slots: Mapping[str, Any]
    ) -> tuple[Any, Any]:
        """Return the parameter after the step, and the slots."""
        dtype = self.conventions.dtype or weight.dtype
        total = (gradient.astype(np.float64) * self.times).astype(dtype)
        after, slots = _two(self.operator.update(optimizer, step, weight.astype(dtype), total, slots))
        return self.samples.as_declared(after), slots


def _two(returned: Any) -> tuple[Any, Any]:
    if isinstance(returned, tuple) and len(returned) == 2:
        return returned
    raise HarnessError(f"expected an operator to return two values, got {type(returned).__name__}.")
