"""How each specification becomes the real Keras loss, one file each."""
