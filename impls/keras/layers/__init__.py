"""How each specification becomes the real Keras layer, one file each."""

# Every Problem brings its own weights: drawing random ones first would only take time.
REPLACED = "zeros"
