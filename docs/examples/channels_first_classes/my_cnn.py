"""A small CNN: one class a layer, images (batch, channels, height, width), gradients as attributes."""

import numpy as np


class Conv:
    def __init__(self, n_in, n_out, size, stride=1, pad=(0, 0)):
        self.W = np.random.randn(n_out, n_in, *size) * 0.1
        self.b = np.zeros(n_out)
        self.stride, self.pad = stride, pad

    def forward(self, x):
        (top, left), (kh, kw), s = self.pad, self.W.shape[2:], self.stride
        self.x = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)))
        self.size = x.shape[2:]
        h = (self.x.shape[2] - kh) // s + 1
        w = (self.x.shape[3] - kw) // s + 1
        out = np.zeros((len(x), len(self.W), h, w), x.dtype)
        for i in range(h):
            for j in range(w):
                patch = self.x[:, :, i * s : i * s + kh, j * s : j * s + kw]
                out[:, :, i, j] = np.tensordot(patch, self.W, ([1, 2, 3], [1, 2, 3])) + self.b
        return out

    def backward(self, dout):
        (top, left), (kh, kw), s = self.pad, self.W.shape[2:], self.stride
        dx = np.zeros_like(self.x)
        self.dW = np.zeros_like(self.W)
        self.db = np.zeros_like(self.b)
        self.db += dout.sum()  # the fault: one number for every filter
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                g = dout[:, :, i, j]
                patch = self.x[:, :, i * s : i * s + kh, j * s : j * s + kw]
                self.dW += np.tensordot(g, patch, ([0], [0]))
                dx[:, :, i * s : i * s + kh, j * s : j * s + kw] += np.tensordot(g, self.W, ([1], [0]))
        return dx[:, :, top : top + self.size[0], left : left + self.size[1]]


class MaxPool:
    def __init__(self, size, stride):
        self.size, self.stride = size, stride

    def forward(self, x):
        (kh, kw), (sh, sw) = self.size, self.stride
        self.x = x
        h, w = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
        out = np.zeros((*x.shape[:2], h, w), x.dtype)
        self.where = np.zeros(out.shape, int)
        for i in range(h):
            for j in range(w):
                flat = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw].reshape(*x.shape[:2], -1)
                out[:, :, i, j] = flat.max(axis=2)
                self.where[:, :, i, j] = flat.argmax(axis=2)
        return out

    def backward(self, dout):
        (_, kw), (sh, sw) = self.size, self.stride
        dx = np.zeros_like(self.x)
        n, c = np.indices(dout.shape[:2])
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                k = self.where[:, :, i, j]
                np.add.at(dx, (n, c, i * sh + k // kw, j * sw + k % kw), dout[:, :, i, j])
        return dx


class ReLU:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask


class Flatten:
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dout):
        return dout.reshape(self.shape)


class Dense:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * 0.1
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


class Softmax:
    def forward(self, x):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, dout):
        return self.p * (dout - (dout * self.p).sum(axis=1, keepdims=True))
