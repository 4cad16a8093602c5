"""Which operator is computed by what: layers and losses by this room's functions of their names."""

from collections.abc import Callable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS, BatchNormalization, snake_case
from harness.operators.losses import LOSSES
from harness.operators.optimizers import SGD, Adam, RMSprop
from harness.operators.specification import Specification
from impls.jax import layer_functions, loss_functions
from impls.jax.activation_functions import activation_function
from impls.jax.batch_normalization import BatchNormalizationOperator
from impls.jax.optimizer_triples import AdamOperator, RMSpropOperator, SGDOperator
from impls.jax.vjp import ActivationOperator, LayerOperator, LossOperator

Operators = Mapping[type[Specification], Any]


def _by_name(
    kinds: Mapping[str, type[Specification]], functions: ModuleType, operator: Callable[..., Any]
) -> Operators:
    found = {kind: getattr(functions, snake_case(name), None) for name, kind in kinds.items()}
    return {kind: operator(function) for kind, function in found.items() if function is not None}


OPERATORS: Operators = MappingProxyType(
    {
        **_by_name(LAYERS, layer_functions, LayerOperator),
        BatchNormalization: BatchNormalizationOperator(),
        **dict.fromkeys(
            (kind for kind in ACTIVATIONS.values() if not kind.is_identity), ActivationOperator(activation_function)
        ),
        **_by_name(LOSSES, loss_functions, LossOperator),
        Adam: AdamOperator(),
        RMSprop: RMSpropOperator(),
        SGD: SGDOperator(),
    }
)
