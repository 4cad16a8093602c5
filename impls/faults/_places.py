"""What faults of several operators say: which observables they move, under short names, and where they were seen."""

FORWARD = ("forward", "final/forward")
BACKWARD = ("backward",)
BOTH_WAYS = (*FORWARD, *BACKWARD)
KERNEL = ("gradient/kernel",)
BIAS = ("gradient/bias",)
EVERYWHERE = (*BOTH_WAYS, *KERNEL)
LOSS = ("loss",)
LOSS_GRADIENT = ("backward/loss",)
UPDATE = ("update",)
# Of parameters with one axis.
VECTORS = ("update/bias", "update/gamma", "update/beta")

NOTEBOOK = "the course notebook's own network"
