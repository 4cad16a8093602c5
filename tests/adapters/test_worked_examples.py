"""The worked examples of docs/examples are as short as promised, and say what is said of them."""

import re

import pytest
import worked_examples
from worked_examples import FOLDER, LIMITS, case_of, implementation_of, lines_of, report_of

# What each one's fault makes wrong; nothing else is.
WRONG = {
    "channels_first_classes": {"1/gradient/conv2d/bias"},
    "updating_backward": {"1/backward/conv2d"},
    "functions_with_caches": {"1/backward/max_pooling2d"},
    "fit_and_predict": {"1/gradient/conv2d/bias", "1/update/conv2d/bias"},
}
RIGHT = {
    "channels_first_classes": ("self.db += dout.sum()", "self.db += dout.sum(axis=(0, 2, 3))"),
    "updating_backward": ("self.weights = self.weights - lr * dw", "old = self.weights; self.weights = old - lr * dw"),
    "functions_with_caches": ("[place] = dout", "[place] += dout"),
    "fit_and_predict": ("self.params[name] - grad", "self.params[name] - self.lr * grad"),
}


@pytest.mark.parametrize("example", LIMITS)
def test_an_adapter_is_as_short_as_promised(example):
    assert 0 < lines_of(example) <= LIMITS[example]


@pytest.mark.parametrize("example", LIMITS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_fault_is_found_and_nothing_else(example, dtype, heard):
    told = heard(implementation_of(example), case_of(example).with_(dtype=dtype))
    assert set(told.failed) == WRONG[example]
    assert len(told.passed) >= 5


@pytest.mark.parametrize("example", LIMITS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_without_its_fault_an_example_passes(example, dtype, heard, tmp_path, monkeypatch):
    folder = tmp_path / example
    folder.mkdir()
    (folder / "mine.py").write_text((FOLDER / example / "mine.py").read_text())
    text = (FOLDER / example / "my_cnn.py").read_text()
    assert RIGHT[example][0] in text
    text = text.replace(*RIGHT[example]).replace("self.weights[::-1, ::-1])", "old[::-1, ::-1])")
    (folder / "my_cnn.py").write_text(text)
    monkeypatch.setattr(worked_examples, "FOLDER", tmp_path)
    told = heard(implementation_of(example), case_of(example).with_(dtype=dtype, steps=2))
    assert told.failed == []
    assert told.findings == ()
    assert len(told.passed) >= 5


@pytest.mark.parametrize("example", LIMITS)
def test_the_report_beside_an_example_is_what_the_harness_says(example):
    stored = (FOLDER / example / "report.txt").read_text(encoding="utf-8")
    said = report_of(example)
    # How many times too far it is depends on the last bits, which differ between processors.
    loose = re.compile(r"[0-9.,]+(e[+-][0-9]+)? times|t = [0-9.e+]+|error of [0-9.e-]+")
    assert loose.sub("", said) == loose.sub("", stored), "python tests/adapters/worked_examples.py writes it anew"


def test_the_page_shows_every_example_as_it_is():
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for example in LIMITS:
        adapter = (FOLDER / example / "mine.py").read_text(encoding="utf-8")
        assert f"```python\n{adapter}```" in page
        assert f"```\n{(FOLDER / example / 'report.txt').read_text(encoding='utf-8')}```" in page
