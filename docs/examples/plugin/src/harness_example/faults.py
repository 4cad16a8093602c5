"""A fault: an error that people make, as what is done otherwise in a right operator."""

from harness import Dense, Fault, hookimpl


def negated(stage, dy, gradient):
    """Return the gradient of the bias with the opposite sign, given the right one."""
    return -gradient


NEGATED = Fault(
    "dense-bias-gradient-negated",
    on=Dense,
    gradients={"bias": negated},
    moves=("gradient/bias",),
    explanation="The bias gradient has the opposite sign.",
    hint="dbias = dy.sum(axis=0): is there a minus, or is y_true - y_pred meant to be y_pred - y_true?",
)


@hookimpl
def harness_faults() -> list[Fault]:
    return [NEGATED]
