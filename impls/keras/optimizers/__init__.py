"""How each specification becomes the real Keras optimizer, one file each."""
