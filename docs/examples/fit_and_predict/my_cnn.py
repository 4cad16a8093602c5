"""A small CNN: one class with fit and predict, images (batch, height, width, channels)."""

import numpy as np


class CNN:
    """One convolution with relu, one pooling, one dense layer with softmax."""

    def __init__(self, height, width, channels, filters, kernel, pool, classes, learning_rate=0.01):
        self.kernel, self.pool, self.lr = kernel, pool, learning_rate
        rows, columns = (height - kernel + 1) // pool, (width - kernel + 1) // pool
        rng = np.random.default_rng(0)
        self.params = {
            "W1": rng.normal(0, 0.1, (filters, kernel * kernel * channels)),
            "b1": np.zeros(filters),
            "W2": rng.normal(0, 0.1, (classes, rows * columns * filters)),
            "b2": np.zeros(classes),
        }
        self.history = []

    def _columns(self, x):
        k = self.kernel
        view = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))
        return view.transpose(0, 1, 2, 4, 5, 3).reshape(*view.shape[:3], -1)

    def _forward(self, x):
        p = self.params
        self.cols = self._columns(x)
        self.z = self.cols @ p["W1"].T + p["b1"]
        a = np.maximum(self.z, 0)
        n, h, w, f = a.shape
        s = self.pool
        self.blocks = a[:, : h // s * s, : w // s * s].reshape(n, h // s, s, w // s, s, f).transpose(0, 1, 3, 5, 2, 4)
        self.flat = self.blocks.max(axis=(4, 5)).reshape(n, -1)
        scores = self.flat @ p["W2"].T + p["b2"]
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def fit(self, x, y, epochs=1):
        for _ in range(epochs):
            prob = self._forward(x)
            self.history.append(-np.mean(np.sum(y * np.log(prob), axis=1)))
            self._update(self._backward((prob - y) / len(y)))
        return self

    def _backward(self, dscores):
        n, h, w, f, s, _ = self.blocks.shape
        dpool = (dscores @ self.params["W2"]).reshape(n, h, w, f)
        flat = self.blocks.reshape(n, h, w, f, s * s)
        one = (np.arange(s * s) == flat.argmax(axis=-1)[..., None]) * dpool[..., None]
        da = np.zeros_like(self.z)
        da[:, : h * s, : w * s] = one.reshape(n, h, w, f, s, s).transpose(0, 1, 4, 2, 5, 3).reshape(n, h * s, w * s, f)
        dz = da * (self.z > 0)
        return {
            "W1": np.tensordot(dz, self.cols, ([0, 1, 2], [0, 1, 2])),
            "b1": dz.sum(axis=(0, 1, 2)),
            "W2": dscores.T @ self.flat,
            "b2": dscores.sum(axis=0),
        }

    def _update(self, grads):
        for name, grad in grads.items():
            if name == "b1":
                self.params[name] = self.params[name] - grad  # the fault: without the learning rate
            else:
                self.params[name] = self.params[name] - self.lr * grad

    def predict(self, x):
        return self._forward(x)
