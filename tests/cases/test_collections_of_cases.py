"""Collections of cases hold different cases under different ids, and mark test functions."""

import pytest

from harness import Case, Cases, Dense, Network, Random, SpecificationError, grid, lattice, random, ties, verifies

FEW = grid(Dense, input_shape=(3,), units=[1, 2])


def case_of(units: int, name: str) -> Case:
    return Case(Network((3,), Dense(units)), name=name)


def test_cases_written_by_hand_are_a_collection():
    assert [case.name for case in Cases((case_of(1, "one"), case_of(2, "two")))] == ["one", "two"]


def test_two_cases_of_one_name_are_refused():
    with pytest.raises(SpecificationError, match="two cases of one name: 'one'"):
        Cases((case_of(1, "one"), case_of(2, "one")))


def test_one_case_under_two_names_is_refused():
    with pytest.raises(SpecificationError, match="one under two names: 'one' and 'another'"):
        Cases((case_of(1, "one"), case_of(1, "another")))


def test_the_same_case_twice_is_refused():
    with pytest.raises(SpecificationError, match="the same case twice: 'dense-3-units1-float32'"):
        FEW + FEW


def test_what_is_no_case_is_refused():
    with pytest.raises(SpecificationError, match="Cases expected Case objects, got 'one'"):
        Cases(("one",))


def test_collections_add_up():
    assert len(FEW + FEW.with_data(ties)) == 2 * len(FEW)


def test_other_data_leaves_everything_else_and_shows_in_the_id():
    for case, other in zip(FEW, FEW.with_data(ties), strict=True):
        assert other == case.with_(data=ties)
        assert other.name == case.name.replace(f"-{case.dtype}", f"-ties-{case.dtype}")


def test_other_data_replaces_the_label_of_the_data_before():
    assert [case.name for case in FEW.with_data(ties).with_data(lattice)] == [c.name for c in FEW.with_data(lattice)]
    assert [case.name for case in FEW.with_data(ties).with_data(random)] == [case.name for case in FEW]


def test_another_seed_leaves_the_ids():
    assert [case.name for case in FEW.with_seed(5)] == [case.name for case in FEW]
    assert {case.seed for case in FEW.with_seed(5)} == {5}


def test_different_data_of_one_label_is_refused():
    with pytest.raises(SpecificationError, match="two cases of one name"):
        grid(Dense, input_shape=(3,), units=1, data=[Random("mine"), Random("mine", soft=True)])


def test_verifies_leaves_the_function_and_hangs_the_cases_on_it():
    def function(): ...

    assert verifies(FEW)(function) is function
    assert function.harness_cases is FEW


def test_verifies_takes_any_iterable_of_cases():
    def function(): ...

    verifies(case for case in FEW)(function)
    assert tuple(function.harness_cases) == FEW.cases


def test_verifies_refuses_no_cases():
    with pytest.raises(SpecificationError, match="verifies expected one or more cases, got none"):
        verifies([])
