"""How each specification becomes the real Keras layer, one file each."""
