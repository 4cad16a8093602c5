"""The case suite: large enough, nothing twice, every operator and parameter, sizes that tell faults apart."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from harness import Case, make_problem
from harness.cases.network import Node
from harness.operators.activations import ACTIVATIONS
from harness.operators.layers import LAYERS, Layer
from harness.operators.losses import LOSSES
from harness.operators.optimizers import OPTIMIZERS

WINDOWED = ("Conv2D", "DepthwiseConv2D", "Conv2DTranspose", "MaxPooling2D", "AveragePooling2D")
CONVOLUTIONS = WINDOWED[:3]
POOLINGS = WINDOWED[3:]
FROM_LOGITS = ("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy")


def nodes(cases: tuple[Case, ...], kind: str) -> Iterator[tuple[Case, Node]]:
    return ((case, node) for case in cases for node in case.network.nodes if node.layer.kind == kind)


def window(layer: Layer) -> tuple[int, int]:
    return getattr(layer, "kernel_size", None) or layer.pool_size


def test_at_least_600_cases_run_by_default_in_350_descriptions(default_suite):
    assert len(default_suite) >= 600
    assert len({case.with_(dtype="float64").key for case in default_suite}) >= 350


def test_most_cases_come_in_both_formats(default_suite):
    formats = Counter(case.dtype for case in default_suite)
    assert min(formats.values()) >= 0.9 * max(formats.values())


def test_a_slow_tier_stands_behind_its_marker(suite):
    assert {entry.slow for entry in suite} == {True, False}


def test_no_two_ids_are_equal(suite):
    assert [name for name, count in Counter(entry.case.name for entry in suite).items() if count > 1] == []


def test_no_two_cases_mean_the_same(suite):
    names: dict[str, list[str]] = {}
    for entry in suite:
        names.setdefault(entry.case.key, []).append(entry.case.name)
    assert [same for same in names.values() if len(same) > 1] == []


def test_ids_are_short_readable_and_fit_the_command_line(suite):
    for entry in suite:
        assert len(entry.case.name) <= 110, entry.case.name
        assert not set(entry.case.name) & set(" [](){}<>:,'\"="), entry.case.name
        assert entry.case.name.endswith(f"-{entry.case.dtype}")


def test_every_file_says_what_it_is_about_and_every_function_has_no_body(suite):
    assert len({entry.file for entry in suite}) >= 14
    assert all(entry.function.startswith("test_") for entry in suite)


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_occurs(default_suite, kind):
    assert sum(1 for _ in nodes(default_suite, kind)) >= 4


@pytest.mark.parametrize("kind", sorted(ACTIVATIONS))
def test_every_activation_occurs_by_itself_and_fused(default_suite, kind):
    layers = [node.layer for case in default_suite for node in case.network.nodes]
    assert any(layer.kind == "Activation" and layer.activation.kind == kind for layer in layers)
    assert any(layer.kind == "Dense" and layer.activation.kind == kind for layer in layers)
    assert any(layer.kind == "Conv2D" and layer.activation.kind == kind for layer in layers)


@pytest.mark.parametrize("kind", sorted(LOSSES))
def test_every_loss_occurs_with_batches_of_one_and_of_several(default_suite, kind):
    sizes = {case.batch_size for case in default_suite if case.the_loss.kind == kind}
    assert 1 in sizes
    assert max(sizes) >= 3


@pytest.mark.parametrize("kind", FROM_LOGITS)
@pytest.mark.parametrize("from_logits", [True, False])
def test_cross_entropies_occur_from_logits_and_from_probabilities(default_suite, kind, from_logits):
    losses = [case.the_loss for case in default_suite if case.the_loss.kind == kind]
    assert any(loss.from_logits is from_logits for loss in losses)


@pytest.mark.parametrize("kind", FROM_LOGITS[:2])
def test_cross_entropies_occur_with_soft_targets(default_suite, kind):
    assert any(getattr(case.data, "soft", False) and case.the_loss.kind == kind for case in default_suite)


@pytest.mark.parametrize("kind", sorted(OPTIMIZERS))
def test_every_optimizer_takes_one_step_and_several_in_both_formats(default_suite, kind):
    seen = {(case.steps > 2, case.dtype) for case in default_suite if case.the_optimizer.kind == kind}
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("SGD", {"momentum": 0.0}),
        ("SGD", {"momentum": 0.5, "nesterov": False}),
        ("SGD", {"momentum": 0.5, "nesterov": True}),
        ("SGD", {"learning_rate": 100.0}),
        ("Adam", {"beta_1": 0.0}),
        ("Adam", {"epsilon": 0.25}),
        ("Adam", {"learning_rate": 0.001}),
        ("RMSprop", {"momentum": 0.5, "centered": False}),
        ("RMSprop", {"momentum": 0.0, "centered": True}),
        ("RMSprop", {"momentum": 0.5, "centered": True}),
        ("RMSprop", {"rho": 0.5}),
        ("RMSprop", {"epsilon": 0.25}),
    ],
)
def test_every_variant_of_an_optimizer_occurs(default_suite, kind, arguments):
    optimizers = [case.the_optimizer for case in default_suite if case.the_optimizer.kind == kind]
    assert any(all(getattr(each, name) == value for name, value in arguments.items()) for each in optimizers)


@pytest.mark.parametrize("kind", WINDOWED)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_every_window_occurs_with_every_padding(default_suite, kind, size, padding):
    layers = [node.layer for _, node in nodes(default_suite, kind)]
    assert any(window(layer) == (size, size) and layer.padding == padding for layer in layers)


@pytest.mark.parametrize("kind", WINDOWED)
@pytest.mark.parametrize("relation", ["smaller", "equal", "larger"])
def test_windows_overlap_touch_and_leave_gaps(default_suite, kind, relation):
    layers = [node.layer for _, node in nodes(default_suite, kind)]
    signs = {np.sign(layer.strides[0] - window(layer)[0]) for layer in layers if max(layer.strides) > 1}
    assert {"smaller": -1, "equal": 0, "larger": 1}[relation] in signs


@pytest.mark.parametrize("kind", WINDOWED)
def test_windows_are_not_always_square(default_suite, kind):
    sizes = [window(node.layer) for _, node in nodes(default_suite, kind)]
    assert any(height > width for height, width in sizes)
    assert any(height < width for height, width in sizes) or kind == "Conv2DTranspose"


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_convolutions_occur_with_and_without_bias(default_suite, kind):
    assert {node.layer.use_bias for _, node in nodes(default_suite, kind)} == {True, False}


@pytest.mark.parametrize("kind", ["Conv2D", "DepthwiseConv2D"])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_dilated_kernels_occur(default_suite, kind, padding):
    layers = [node.layer for _, node in nodes(default_suite, kind)]
    assert any(min(layer.dilation_rate) > 1 and layer.padding == padding for layer in layers)
    assert any(len(set(layer.dilation_rate)) == 2 for layer in layers)


def test_groups_occur_with_several_channels_and_filters_in_each(default_suite):
    grouped = [
        (node.layer, node.input_shapes[0][2]) for _, node in nodes(default_suite, "Conv2D") if node.layer.groups > 1
    ]
    assert any(channels > layer.groups and layer.filters > layer.groups for layer, channels in grouped)
    assert any(max(layer.strides) > 1 for layer, _ in grouped)


def test_kernels_as_large_as_the_input_and_larger_occur(default_suite):
    pairs = [(node.layer.kernel_size, node.input_shapes[0][:2]) for _, node in nodes(default_suite, "Conv2D")]
    assert any(kernel == image and image != (1, 1) for kernel, image in pairs)
    assert any(kernel[0] > image[0] and kernel[1] > image[1] for kernel, image in pairs)


def test_depth_multipliers_above_one_occur(default_suite):
    multipliers = {node.layer.depth_multiplier for _, node in nodes(default_suite, "DepthwiseConv2D")}
    assert multipliers >= {1, 2}


@pytest.mark.parametrize("kind", WINDOWED[:1] + POOLINGS)
def test_images_are_higher_than_wide_and_wider_than_high(default_suite, kind):
    images = [node.input_shapes[0] for _, node in nodes(default_suite, kind)]
    assert any(height > width for height, width, _ in images)
    assert any(height < width for height, width, _ in images)
    assert any(channels == 1 for *_, channels in images)


@pytest.mark.parametrize("kind", POOLINGS)
def test_poolings_leave_a_remainder(default_suite, kind):
    layers = [(node.layer, node.input_shapes[0]) for _, node in nodes(default_suite, kind)]
    assert any(
        layer.padding == "valid" and (image[0] - layer.pool_size[0]) % layer.strides[0] for layer, image in layers
    )


def test_sizes_of_a_convolution_are_all_different_in_some_case(default_suite):
    def sizes(case: Case, node: Node) -> tuple[int, ...]:
        height, width, channels = node.input_shapes[0]
        return case.batch_size, height, width, channels, node.layer.filters

    assert any(len(set(sizes(case, node))) == 5 for case, node in nodes(default_suite, "Conv2D"))


def test_a_height_beyond_a_byte_occurs(default_suite):
    assert any(case.network.input_shape[0] > 256 for case in default_suite)


def test_a_batch_of_one_and_of_more_than_a_byte_occur(default_suite):
    sizes = {case.batch_size for case in default_suite}
    assert 1 in sizes
    assert max(sizes) > 256


def test_normalization_occurs_with_every_switch_and_over_several_steps(default_suite):
    layers = [node.layer for _, node in nodes(default_suite, "BatchNormalization")]
    assert {(layer.center, layer.scale) for layer in layers} == {(a, b) for a in (True, False) for b in (True, False)}
    assert any(case.steps > 1 for case, _ in nodes(default_suite, "BatchNormalization"))
    assert {len(node.input_shapes[0]) for _, node in nodes(default_suite, "BatchNormalization")} == {1, 3}


def test_global_poolings_occur_with_and_without_their_dimensions(default_suite):
    for kind in ("GlobalMaxPooling2D", "GlobalAveragePooling2D"):
        assert {node.layer.keepdims for _, node in nodes(default_suite, kind)} == {True, False}


def test_one_layer_is_read_by_three_others_in_some_case(default_suite):
    def readers(case: Case) -> int:
        return max(Counter(source for node in case.network.nodes for source in node.inputs).values())

    assert max(map(readers, default_suite)) >= 3


def test_three_elements_tie_for_the_maximum_of_a_window(default_suite):
    def ties(case: Case) -> int:
        height, width = case.network.layers[0].pool_size
        window = make_problem(case).batches[0].x[:, :height, :width]
        return int((window == window.max(axis=(1, 2), keepdims=True)).sum(axis=(1, 2)).max())

    alone = [case for case, _ in nodes(default_suite, "MaxPooling2D") if len(case.network.layers) == 1]
    assert max(ties(case) for case in alone if case.data.label == "ties") >= 3
    assert (
        max(ties(case) for case in alone if case.data.label == "" and case.network.layers[0].pool_size == (2, 2)) == 1
    )


def test_learning_rates_are_exact_in_float32_but_for_the_defaults(default_suite):
    rates = {(case.the_optimizer.learning_rate, case.the_optimizer) for case in default_suite}
    inexact = {optimizer for rate, optimizer in rates if float(np.float32(rate)) != rate}
    assert inexact == {kind() for kind in OPTIMIZERS.values()}
