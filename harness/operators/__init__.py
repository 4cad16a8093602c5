"""Layers, activations, losses and optimizers, with Keras's names, arguments and defaults."""
