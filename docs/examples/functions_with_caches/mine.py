"""My functions: channels first, a cache from forward to backward."""

import my_cnn as my
from harness import Layerwise, Unsupported
from harness.layerwise import one_number, symmetric_padding

mine = Layerwise("mine", layout="channels_first", kernel_axes="OIHW", flatten="CHW")


def conv(layer, weights, x):
    pad = symmetric_padding(layer, (*x.shape[2:], x.shape[1]))
    return my.conv_forward(x, weights["kernel"], weights["bias"], {"stride": one_number(layer.strides), "pad": pad})


def pool(layer, weights, x):
    return my.pool_forward(x, {"size": layer.pool_size, "stride": one_number(layer.strides)})


def dense(layer, weights, x):
    return my.affine_forward(x, weights["kernel"], weights["bias"])


def loss(loss, y, scores):
    if not loss.from_logits:
        raise Unsupported("my loss takes scores")
    return my.softmax_loss(scores, y)[0]


mine.functions("Conv2D", conv, lambda layer, w, cache, dy: my.conv_backward(dy, cache), returns="dx, kernel, bias")
mine.functions("Dense", dense, lambda layer, w, cache, dy: my.affine_backward(dy, cache), returns="dx, kernel, bias")
mine.functions("MaxPooling2D", pool, lambda layer, w, cache, dy: my.pool_backward(dy, cache))
mine.functions("relu", lambda _, x: my.relu_forward(x), lambda _, cache, dy: my.relu_backward(dy, cache))
mine.functions("Flatten", lambda _, w, x: (x.reshape(len(x), -1), x.shape), lambda _, w, shape, dy: dy.reshape(shape))
mine.functions("sparse_categorical_crossentropy", loss, lambda _, y, scores: my.softmax_loss(scores, y)[1])
