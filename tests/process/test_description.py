"""What a program is told about a problem, with and without JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from harness.cases.case import Case
from harness.cases.network import Network
from harness.cases.observables import required
from harness.cases.problem import make_problem
from harness.operators.activations import LeakyRelu
from harness.operators.layers import Add, Conv2D, Dense, Flatten, MaxPooling2D, ZeroPadding2D
from harness.operators.losses import SparseCategoricalCrossentropy
from harness.operators.optimizers import Adam
from harness.workers.programs.description import file_name, files_of, observable_name
from harness.workers.programs.tensor import unpack

CHAIN = Case(
    Network((5, 4, 2), (Conv2D(3, (3, 2), activation=LeakyRelu(0.25)), MaxPooling2D(2), Flatten(), Dense(2))),
    batch_size=7,
    steps=2,
    name="a name with spaces",
)
BRANCHES = Case(
    Network(
        (4, 4, 1),
        (
            ZeroPadding2D(((1, 0), (2, 3)), name="wide"),
            Conv2D(1, 1, inputs="wide", name="other"),
            Add(inputs=["wide", "other"]),
            Flatten(),
            Dense(3, "softmax"),
        ),
    ),
    loss=SparseCategoricalCrossentropy(),
    optimizer=Adam(0.25),
)


def lines(case):
    return files_of(make_problem(case))["problem.txt"].decode("ascii").splitlines()


def test_the_text_tells_sizes_layers_and_options_in_words():
    assert lines(CHAIN)[:12] == [
        "harness-problem 1",
        "name a name with spaces",
        "dtype float32",
        "batch_size 7",
        "steps 2",
        "input_shape 5,4,2",
        "loss MeanSquaredError",
        "optimizer SGD learning_rate=0.5 momentum=0.0 nesterov=false",
        "layer conv2d Conv2D inputs=input input_shape=5,4,2 output_shape=3,3,3 filters=3 kernel_size=3,2 strides=1,1 "
        "padding=valid dilation_rate=1,1 groups=1 activation=LeakyRelu activation.negative_slope=0.25 use_bias=true",
        "layer max_pooling2d MaxPooling2D inputs=conv2d input_shape=3,3,3 output_shape=1,1,3 pool_size=2,2 "
        "strides=2,2 padding=valid",
        "layer flatten Flatten inputs=max_pooling2d input_shape=1,1,3 output_shape=3",
        "layer dense Dense inputs=flatten input_shape=3 output_shape=2 units=2 activation=Linear use_bias=true",
    ]


def test_the_text_lists_every_tensor_and_every_answer():
    told = lines(CHAIN)
    assert "tensor 2.x float32 7,5,4,2" in told
    assert "tensor weights.conv2d.kernel float32 3,2,2,3" in told
    assert "answer 1.gradient.dense.bias 2" in told
    assert "answer final.loss scalar" in told
    assert sum(line.startswith("answer ") for line in told) == len(required(CHAIN))


def test_branches_tell_all_their_inputs_and_integers_are_integers():
    told = lines(BRANCHES)
    assert any("Add inputs=wide,other input_shape=5,9,1;5,9,1 output_shape=5,9,1" in line for line in told)
    assert any("ZeroPadding2D inputs=input" in line and "padding=1,0,2,3" in line for line in told)
    assert "tensor 1.y int64 5" in told


@pytest.mark.parametrize("case", [CHAIN, BRANCHES], ids=["chain", "branches"])
def test_the_files_listed_are_the_files_there_are_with_the_problem_s_numbers(case):
    problem = make_problem(case)
    files = files_of(problem)
    described = json.loads(files["problem.json"])
    listed = {each["file"]: (each["dtype"], each["shape"]) for each in described["tensors"]}
    found = {name: unpack(content) for name, content in files.items() if not name.startswith("problem.")}
    assert listed == {name: (array.dtype.name, list(array.shape)) for name, array in found.items()}
    assert np.array_equal(found["1.x"], problem.batches[0].x)
    assert np.array_equal(found["weights.dense.kernel"], problem.weights["dense"]["kernel"])


@pytest.mark.parametrize("case", [CHAIN, BRANCHES], ids=["chain", "branches"])
def test_the_case_in_the_json_is_the_case(case):
    described = json.loads(files_of(make_problem(case))["problem.json"])
    assert Case.from_json(json.dumps(described["case"])).key == case.key


@pytest.mark.parametrize("case", [CHAIN, BRANCHES], ids=["chain", "branches"])
def test_a_file_s_name_and_its_observable_s_name_tell_the_same(case):
    names = [observable.name for observable in required(case)]
    assert [observable_name(file_name(name)) for name in names] == names
    assert not any("/" in file_name(name) for name in names)


def test_a_reference_in_float64_of_a_float32_case_is_told_as_float64():
    assert b"\ndtype float64\n" in files_of(make_problem(CHAIN).astype("float64"))["problem.txt"]


def test_the_problem_in_the_documentation_is_what_is_written():
    layers = (Conv2D(2, 3, activation="relu"), MaxPooling2D(2), Flatten(), Dense(3))
    case = Case(Network((4, 4, 1), layers), batch_size=2, name="a small network")
    document = (Path(__file__).parents[2] / "docs" / "process-protocol.md").read_text(encoding="utf-8")
    assert document.partition("```text\n")[2].partition("```")[0].splitlines() == lines(case)
