"""Which implementations run: those that --impl names, or all that run by default."""

import pytest

from harness.errors import PluginError
from harness.plugins.found import Loaded, Plugins, Quarantined
from harness.plugins.loading import load_and_choose


def test_names_choose_in_the_order_given_and_once():
    _, chosen = load_and_choose(["vectorized", "keras", "vectorized"])
    assert [implementation.name for implementation in chosen] == ["vectorized", "keras"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("vectorised", "--impl vectorised names no implementation. Did you mean vectorized?"),
        ("Keras", "--impl Keras names no implementation. Did you mean keras?"),
        ("qqq", "--impl qqq names no implementation. Expected one of: "),
    ],
)
def test_a_name_that_nobody_offers_is_answered_by_the_nearest(name, message):
    with pytest.raises(PluginError) as raised:
        load_and_choose([name])
    assert str(raised.value).startswith(message)


def test_a_name_without_the_ending_of_its_file_is_answered_by_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-own.py").touch()
    with pytest.raises(PluginError, match=r"--impl my-own names no implementation\. Did you mean my-own\.py\?"):
        load_and_choose(["my-own"])


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("it died; its last output:\nAborted", "it died; its last output:"),
        ("Traceback …\n  here\nKeyError: 5", "KeyError: 5"),
    ],
)
def test_a_name_that_nobody_offers_tells_who_was_set_aside_in_a_line_each(scripted, reason, line):
    plugins = Plugins((Loaded("one", "one.py", (scripted(None, "one"),)),), (Quarantined("other", "other.py", reason),))
    with pytest.raises(PluginError) as raised:
        plugins.choose(["mine"])
    assert str(raised.value).endswith(f"Expected one of: one. Not loaded: other was set aside: {line}")


def test_choosing_what_was_set_aside_says_why():
    plugins = Plugins((), (Quarantined("mine", "mine.py", "it does not compile"),))
    with pytest.raises(
        PluginError, match=r"--impl mine: plugin 'mine' \(mine\.py\) was set aside: it does not compile"
    ):
        plugins.choose(["mine"])


@pytest.mark.parametrize("name", ["both", "both.py"])
def test_a_plugins_name_or_origin_stands_for_all_of_its_implementations(scripted, name):
    one, two, other = scripted(None, "one"), scripted(None, "two"), scripted(None, "other")
    plugins = Plugins((Loaded("another", "another.py", (other,)), Loaded("both", "both.py", (one, two))), ())
    assert plugins.choose([name, "other", "one"]) == (one, two, other)


def test_a_plugin_that_offers_no_implementation_cannot_be_chosen(scripted):
    plugins = Plugins((Loaded("one", "one.py", (scripted(None, "one"),)), Loaded("cases", "cases.py")), ())
    with pytest.raises(PluginError, match="--impl cases names no implementation"):
        plugins.choose(["cases"])


def test_an_implementation_that_is_not_default_runs_only_when_named(scripted):
    usual, special = scripted(None, "usual"), scripted(None, "special")
    special.default = False
    plugins = Plugins((Loaded("both", "both.py", (usual, special)),), ())
    assert plugins.choose([]) == (usual,)
    assert plugins.choose(["special"]) == (special,)


def test_nothing_to_run_is_an_error(scripted):
    special = scripted(None, "special")
    special.default = False
    for plugins in (Plugins((), ()), Plugins((Loaded("one", "one.py", (special,)),), ())):
        with pytest.raises(PluginError, match="there is no implementation to run"):
            plugins.choose([])
