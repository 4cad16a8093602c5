"""How the arrays of a Case are drawn; the lower-case names are ready to use in case files."""

from harness.cases.data.data import Data, LegacyUniform, Random, Sizes
from harness.cases.data.digits import Digits
from harness.cases.data.distribution import Constant, Distribution, Integers, Sparse, Uniform

random = Random("")
ties = Random("ties", x=Integers(-1, 1))
lattice = Random("lattice", x=Integers(-3, 3), weight=Integers(-2, 2), target=Integers(-4, 4))
zeros = Random("zeros", x=Constant(0.0))
constant = Random("constant", x=Constant(0.75))
saturated = Random("saturated", x=Uniform(-64.0, 64.0))
pixels = Random("pixels", x=Sparse())
offset = Random("offset", x=Uniform(96.0, 104.0))
tiny = Random("tiny", x=Uniform(-(2.0**-13), 2.0**-13))
huge = Random("huge", x=Uniform(-(2.0**13), 2.0**13))
soft = Random("soft", soft=True)
notebook = LegacyUniform("notebook")
digits = Digits("digits")

PRESETS = (random, ties, lattice, zeros, constant, saturated, pixels, offset, tiny, huge, soft, notebook, digits)

__all__ = [
    "PRESETS",
    "Constant",
    "Data",
    "Digits",
    "Distribution",
    "Integers",
    "LegacyUniform",
    "Random",
    "Sizes",
    "Sparse",
    "Uniform",
    "constant",
    "digits",
    "huge",
    "lattice",
    "notebook",
    "offset",
    "pixels",
    "random",
    "saturated",
    "soft",
    "ties",
    "tiny",
    "zeros",
]
