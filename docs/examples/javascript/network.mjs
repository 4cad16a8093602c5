// A small CNN: Conv2D, MaxPooling2D, Flatten and Dense in a chain, relu, mean squared error, SGD.

import { pack, serve, unpack } from "./protocol.mjs";

const sizeOf = (shape) => shape.reduce((product, n) => product * n, 1);

/** Calls `meet(place, row, column)` for every place of a window that lies in the image. */
function look(layer, size, row, column, meet) {
  const [height, width] = layer.input_shapes[0];
  const [rows, columns] = layer.output_shape;
  const [down, right] = layer.strides;
  // What "same" adds before the image; for "valid" it is 0.
  const above = Math.max(0, (rows - 1) * down + size[0] - height) >> 1;
  const before = Math.max(0, (columns - 1) * right + size[1] - width) >> 1;
  for (let i = 0; i < size[0]; i++) {
    for (let j = 0; j < size[1]; j++) {
      const [r, c] = [row * down + i - above, column * right + j - before];
      if (r >= 0 && r < height && c >= 0 && c < width) meet(i * size[1] + j, r, c);
    }
  }
}

/** Calls `visit(output, row, column, channel, at)` for every output; `at(r, c, k)` is where an element of x lies. */
function everyOutput(layer, batch, visit) {
  const [height, width, channels] = layer.input_shapes[0];
  const [rows, columns, filters] = layer.output_shape;
  for (let o = 0; o < batch * rows * columns * filters; o++) {
    const [f, column, row] = [o % filters, Math.floor(o / filters) % columns, Math.floor(o / filters / columns) % rows];
    const sample = Math.floor(o / filters / columns / rows);
    visit(o, row, column, f, (r, c, k) => ((sample * height + r) * width + c) * channels + k);
  }
}

/** Calls `meet(output, input, weight)` for every product of a convolution or a dense layer. */
function everyProduct(layer, batch, meet) {
  if (layer.kind === "Dense") {
    const [[features], [units]] = [layer.input_shapes[0], layer.output_shape];
    for (let n = 0; n < batch; n++)
      for (let u = 0; u < units; u++)
        for (let k = 0; k < features; k++) meet(n * units + u, n * features + k, k * units + u);
    return;
  }
  const [channels, filters] = [layer.input_shapes[0][2], layer.filters];
  everyOutput(layer, batch, (o, row, column, f, at) =>
    look(layer, layer.kernel_size, row, column, (place, r, c) => {
      for (let k = 0; k < channels; k++) meet(o, at(r, c, k), (place * channels + k) * filters + f);
    }),
  );
}

/** Calls `meet(output, input)` with the first of the largest elements of every window. */
function everyWinner(layer, batch, x, meet) {
  everyOutput(layer, batch, (o, row, column, f, at) => {
    let best = -1;
    look(layer, layer.pool_size, row, column, (place, r, c) => {
      if (best < 0 || x[at(r, c, f)] > x[best]) best = at(r, c, f);
    });
    meet(o, best);
  });
}

function forward(layer, batch, x, { kernel, bias }, y) {
  if (layer.kind === "Flatten") return y.set(x);
  if (layer.kind === "MaxPooling2D") return everyWinner(layer, batch, x, (o, i) => (y[o] = x[i]));
  if (bias) y.forEach((_, o) => (y[o] = bias.at[o % bias.at.length]));
  everyProduct(layer, batch, (o, i, w) => (y[o] += x[i] * kernel.at[w]));
  if (layer.activation.kind === "Relu") y.forEach((value, o) => (y[o] = Math.max(value, 0)));
}

function backward(layer, batch, x, { kernel, bias }, y, dy, dx, gradients) {
  if (layer.kind === "Flatten") return dx.set(dy);
  if (layer.kind === "MaxPooling2D") return everyWinner(layer, batch, x, (o, i) => (dx[i] += dy[o]));
  const d = layer.activation.kind === "Relu" ? dy.map((value, o) => (y[o] > 0 ? value : 0)) : dy;
  if (bias) d.forEach((value, o) => (gradients.bias.at[o % bias.at.length] += value));
  everyProduct(layer, batch, (o, i, w) => {
    dx[i] += d[o] * kernel.at[w];
    gradients.kernel.at[w] += d[o] * x[i];
  });
}

/** Returns why a problem is none for this network, or nothing. */
function unsupported({ layers, loss, optimizer }) {
  if (loss.kind !== "MeanSquaredError") return `the loss ${loss.kind}`;
  if (optimizer.kind !== "SGD" || optimizer.momentum !== 0) return `the optimizer ${JSON.stringify(optimizer)}`;
  for (const [number, { name, kind, inputs, activation, groups, dilation_rate }] of layers.entries()) {
    if (!["Conv2D", "MaxPooling2D", "Flatten", "Dense"].includes(kind)) return `the layer ${kind}`;
    if (inputs.join() !== (number ? layers[number - 1].name : "input")) return `branches, as in ${name}`;
    if (activation && !["Linear", "Relu"].includes(activation.kind)) return `the activation ${activation.kind}`;
    if (kind === "Conv2D" && (groups !== 1 || Math.max(...dilation_rate) > 1)) return "groups and dilated convolutions";
  }
}

function solve(files) {
  const problem = JSON.parse(files.get("problem.json"));
  const why = unsupported(problem);
  if (why) return new Map([["unsupported", Buffer.from(`${why} is not implemented`)]]);

  const Numbers = problem.dtype === "float32" ? Float32Array : Float64Array;
  const zeros = (shape) => ({ shape, at: new Numbers(sizeOf(shape)) });
  const answer = new Map();
  const put = (name, tensor) => answer.set(name, pack(tensor));
  const weights = new Map(problem.layers.map(({ name }) => [name, {}]));
  for (const [name, bytes] of files) {
    const [kind, layer, part] = name.split(".");
    if (kind === "weights") weights.get(layer)[part] = unpack(bytes);
  }
  for (let step = 1; step <= problem.steps + 1; step++) {
    const last = step > problem.steps;
    const [x, y] = ["x", "y"].map((name) => unpack(files.get(`${last ? 1 : step}.${name}`)));
    const outputs = [x];
    for (const layer of problem.layers) {
      const output = zeros([problem.batch_size, ...layer.output_shape]);
      forward(layer, problem.batch_size, outputs.at(-1).at, weights.get(layer.name), output.at);
      outputs.push(output);
      if (!last) put(`${step}.forward.${layer.name}`, output);
    }
    const prediction = outputs.at(-1);
    const off = prediction.at.map((value, i) => value - y.at[i]);
    const loss = zeros([]);
    loss.at[0] = off.reduce((sum, value) => sum + value * value, 0) / off.length;
    put(last ? "final.loss" : `${step}.loss`, loss);
    if (last) {
      put("final.forward", prediction);
      return answer;
    }
    let dy = { shape: prediction.shape, at: off.map((value) => (2 * value) / off.length) };
    put(`${step}.backward.loss`, dy);
    for (let number = problem.layers.length - 1; number >= 0; number--) {
      const [layer, input, output] = [problem.layers[number], outputs[number], outputs[number + 1]];
      const own = weights.get(layer.name);
      const gradients = Object.fromEntries(Object.entries(own).map(([part, { shape }]) => [part, zeros(shape)]));
      const dx = zeros(input.shape);
      backward(layer, problem.batch_size, input.at, own, output.at, dy.at, dx.at, gradients);
      put(`${step}.backward.${layer.name}`, dx);
      for (const [part, gradient] of Object.entries(gradients)) {
        put(`${step}.gradient.${layer.name}.${part}`, gradient);
        own[part].at.forEach((_, i) => (own[part].at[i] -= problem.optimizer.learning_rate * gradient.at[i]));
        put(`${step}.update.${layer.name}.${part}`, own[part]);
      }
      dy = dx;
    }
  }
}

serve(solve);
