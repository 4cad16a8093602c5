"""Calls as they are written: ``backward(dy, learning_rate)`` names a method and what it is given."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import SpecificationError, nearest
from harness.layerwise.paths import read


@dataclass(frozen=True)
class Call:
    """A method's path and its arguments, which are names known where it is called, or constants.

    Attributes:
        path: of the method; empty to call the object itself.
        arguments, keywords: expressions as they were written.
    """

    path: str
    arguments: tuple[ast.expr, ...]
    keywords: tuple[tuple[str, ast.expr], ...]

    @classmethod
    def parse(cls, text: str, known: tuple[str, ...], usual: int = 1) -> "Call":
        """Read a call.

        Args:
            text: ``forward(x)``, or a name alone, which is called with what is usual.
            known: what arguments may be named.
            usual: how many of them, from the first on, are usual.

        Raises:
            SpecificationError: it is no call, or has an argument that is neither known nor a constant.
        """
        try:
            body = ast.parse(text.strip(), mode="eval").body
        except SyntaxError:
            body = None
        if isinstance(body, (ast.Name, ast.Attribute)):
            return cls(text.strip(), tuple(ast.Name(name) for name in known[:usual]), ())
        if not isinstance(body, ast.Call) or any(word.arg is None for word in body.keywords):
            raise SpecificationError(f"expected a call such as 'forward({', '.join(known[:usual])})', got {text!r}.")
        call = cls(
            ast.unparse(body.func).removeprefix("self").removeprefix("."),
            tuple(body.args),
            tuple((str(word.arg), word.value) for word in body.keywords),
        )
        for name in call.names:
            if name not in known:
                raise SpecificationError(f"{text!r} has the argument {name}.{nearest(name, known)}")
        call.given(dict.fromkeys(known))
        return call

    @property
    def names(self) -> tuple[str, ...]:
        """The known names among the arguments."""
        values = (*self.arguments, *(value for _, value in self.keywords))
        return tuple(value.id for value in values if isinstance(value, ast.Name))

    def given(self, values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments and keyword arguments."""
        return (
            [_evaluated(value, values) for value in self.arguments],
            {word: _evaluated(value, values) for word, value in self.keywords},
        )

    def on(self, owner: object, values: Mapping[str, Any]) -> Any:
        """Call the method of an object with what the names stand for."""
        arguments, keywords = self.given(values)
        method: Any = read(owner, self.path) if self.path else owner
        return method(*arguments, **keywords)


def _evaluated(value: ast.expr, values: Mapping[str, Any]) -> Any:
    if isinstance(value, ast.Name):
        return values[value.id]
    try:
        return ast.literal_eval(value)
    except ValueError:
        raise SpecificationError(f"expected a known name or a constant, got {ast.unparse(value)!r}.") from None
