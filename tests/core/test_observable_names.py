"""A case knows every observable it requires, in the order of computation."""

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.observables import required
from harness.operators.layers import Add, BatchNormalization, Conv2D, Dense, Flatten


def test_a_chain_requires_forward_loss_backward_and_updates_in_this_order():
    case = Case(Network((6,), (Dense(4), Dense(3, use_bias=False))), batch_size=5)
    assert [(each.name, each.shape) for each in required(case)] == [
        ("1/forward/dense", (5, 4)),
        ("1/forward/dense_1", (5, 3)),
        ("1/loss", ()),
        ("1/backward/loss", (5, 3)),
        ("1/gradient/dense_1/kernel", (4, 3)),
        ("1/backward/dense_1", (5, 4)),
        ("1/gradient/dense/kernel", (6, 4)),
        ("1/gradient/dense/bias", (4,)),
        ("1/backward/dense", (5, 6)),
        ("1/update/dense/kernel", (6, 4)),
        ("1/update/dense/bias", (4,)),
        ("1/update/dense_1/kernel", (4, 3)),
        ("final/forward", (5, 3)),
        ("final/loss", ()),
    ]


def test_a_layer_with_several_inputs_requires_a_gradient_for_each():
    layers = (Conv2D(2, 1), Add(inputs=("conv2d", "input")))
    names = [each.name for each in required(Case(Network((4, 3, 2), layers)))]
    assert [name for name in names if name.startswith("1/backward")] == [
        "1/backward/loss", "1/backward/add/conv2d", "1/backward/add/input", "1/backward/conv2d",
    ]  # fmt: skip


def test_moving_statistics_are_updated_without_a_gradient():
    found = required(Case(Network((4, 3, 2), BatchNormalization(center=False))))
    assert [each.part for each in found if each.kind == "update"] == ["gamma", "moving_mean", "moving_variance"]
    assert [each.part for each in found if each.kind == "gradient"] == ["gamma"]


def test_every_step_requires_the_same_and_the_end_comes_once():
    network = Network((4, 3, 2), (Conv2D(2, (2, 1)), Flatten(), Dense(3)))
    once, thrice = required(Case(network)), required(Case(network, steps=3))
    of_step = [each.name.removeprefix("1/") for each in once if each.step == 1]
    for step in (1, 2, 3):
        assert [each.name for each in thrice if each.step == step] == [f"{step}/{name}" for name in of_step]
    assert [each.name for each in thrice if each.step is None] == ["final/forward", "final/loss"]


def test_names_differ():
    names = [each.name for each in required(Case(Network((4, 3, 2), (Conv2D(2, 1), Flatten(), Dense(3))), steps=2))]
    assert len(set(names)) == len(names)
