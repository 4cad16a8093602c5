"""Which observables faults move, under short names."""

FORWARD = ("forward", "final/forward")
BACKWARD = ("backward",)
KERNEL = ("gradient/kernel",)
BIAS = ("gradient/bias",)
LOSS = ("loss",)
LOSS_GRADIENT = ("backward/loss",)
UPDATE = ("update",)
# Of parameters with one axis.
VECTORS = ("update/bias", "update/gamma", "update/beta")
