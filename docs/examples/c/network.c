/* A small CNN: Conv2D and MaxPooling2D without padding, Flatten, Dense, relu, mean squared error, SGD. */
#ifdef WORKER
#include "frames.h"
#else
#include "folders.h"
#endif
#include "tensor.h"
#define NAMED(...) (snprintf(text, sizeof text, __VA_ARGS__), text)

typedef struct { char name[64]; Int pool, window[2], stride[2], learns, relu; Tensor x, y, w, b, dx, dw, db; } Layer;
static Layer layers[64], *end;
static Int batch, steps;
static double rate;
static char line[4096], text[4096];

/* The input at place k, in a channel, of the window of output o; the window of a dense layer is all of its input. */
static Int element(const Layer *l, Int o, Int k, Int channel) {
    const Int *in = l->x.shape, *out = l->y.shape;
    if (l->x.rank == 2) return o / out[1] * in[1] + channel;
    Int row = o / out[3] / out[2] % out[1] * l->stride[0] + k / l->window[1];
    Int column = o / out[3] % out[2] * l->stride[1] + k % l->window[1];
    return ((o / out[3] / out[2] / out[1] * in[1] + row) * in[2] + column) * in[3] + channel;
}

/* The input that output o of a layer without weights is: the same one, or the first of the largest in its window. */
static Int origin(const Layer *l, Int o) {
    Int best = l->pool ? element(l, o, 0, o % l->x.shape[3]) : o;
    for (Int k = 1, i; l->pool && k < l->window[0] * l->window[1]; k++)
        if (l->x.at[i = element(l, o, k, o % l->x.shape[3])] > l->x.at[best]) best = i;
    return best;
}

/* Every output is a sum of inputs times weights, or one input times 1. Forward, or backward if there is a gradient. */
static void pass(Layer *l, const Real *dy) {
    Int units = l->b.size, channels = l->x.shape[l->x.rank - 1];
    for (Int o = 0; o < l->y.size; o++) {
        Real sum = l->b.at[o % units], d = !dy || (l->relu && l->y.at[o] <= 0) ? 0 : dy[o];
        l->db.at[o % units] += d;
        for (Int k = o % units; k < l->w.size; k += units) {
            Int i = l->learns ? element(l, o, k / units / channels, k / units % channels) : origin(l, o);
            sum += l->w.at[k] * l->x.at[i];
            l->dx.at[i] += l->w.at[k] * d;
            l->dw.at[k] += l->x.at[i] * d;
        }
        if (!dy) l->y.at[o] = l->relu && sum < 0 ? 0 : sum;
    }
}

static void learn(const Layer *l, Int step, const char *what, Tensor w, Tensor dw) {
    put(NAMED("%lld.gradient.%.63s.%s", step, l->name, what), dw);
    for (Int i = 0; i < w.size; i++) w.at[i] -= rate * dw.at[i];
    put(NAMED("%lld.update.%.63s.%s", step, l->name, what), w);
}

/* Takes in a line of the problem, and returns whether it asks for nothing but the above. */
static int understood(void) {
    sscanf(line, "batch_size %lld", &batch), sscanf(line, "steps %lld", &steps);
    if (!strncmp(line, "dtype", 5)) return atoi(line + 11) == 8 * sizeof(Real);
    if (!strncmp(line, "loss", 4)) return !strcmp(line, "loss MeanSquaredError\n");
    if (!strncmp(line, "opt", 3)) return sscanf(line, "%*s SGD learning_rate=%lf momentum=0.0 %1[n]", &rate, text) == 2;
    if (strncmp(line, "layer", 5)) return 1;
    Layer *l = end++;
    Int *n = l->window, *s = l->stride, shape[4] = {batch}, *d = shape + 1;
    const char *size = strstr(line, "_size="), *window = "_size=%lld,%lld strides=%lld,%lld padding=%1[v]";
    Int rank = sscanf(line, "layer %63s %63s %*s %*s output_shape=%lld,%lld,%lld", l->name, text, d, d + 1, d + 2) - 1;
    if (!strstr("Conv2D MaxPooling2D Flatten Dense", text) || strstr(line, "use_bias=false") ||
        !strstr(line, NAMED(" inputs=%.63s ", l > layers ? l[-1].name : "input")) ||
        (size && sscanf(size, window, n, n + 1, s, s + 1, text) < 5) ||
        (strstr(line, " groups=") && !strstr(line, " dilation_rate=1,1 groups=1 "))) return 0;
    l->y = tensor(rank, shape), l->pool = strstr(line, "pool_size=") != NULL;
    l->learns = strstr(line, "use_bias=true") != NULL, l->relu = strstr(line, " activation=Relu ") != NULL;
    if (l->learns) l->w = get(NAMED("weights.%.63s.kernel", l->name)), l->b = get(NAMED("weights.%.63s.bias", l->name));
    else l->w = tensor(0, NULL), l->b = tensor(0, NULL), l->w.at[0] = 1;
    return !l->learns || l->relu || strstr(line, " activation=Linear ");
}

static void solve(void) {
    FILE *problem = given("problem.txt"), *to;
    for (used = 0, end = memset(layers, 0, sizeof layers); fgets(line, sizeof line, problem);)
        if (!understood()) return fputs(line, to = answer("unsupported", strlen(line))), done(to);
    for (Int step = 1, last; last = step > steps, step <= steps + 1; step++) {
        Tensor x = get(NAMED("%lld.x", last ? 1 : step)), y = get(NAMED("%lld.y", last ? 1 : step));
        for (Layer *l = layers; l < end; x = l++->y) {
            l->x = x, l->dx = tensor(x.rank, x.shape);
            l->dw = tensor(l->w.rank, l->w.shape), l->db = tensor(l->b.rank, l->b.shape);
            pass(l, NULL);
            if (!last || l == end - 1) put(last ? "final.forward" : NAMED("%lld.forward.%.63s", step, l->name), l->y);
        }
        Tensor dy = tensor(x.rank, x.shape), loss = tensor(0, NULL);
        for (Int i = 0; i < x.size; i++)
            dy.at[i] = x.at[i] - y.at[i], loss.at[0] += dy.at[i] * dy.at[i] / x.size, dy.at[i] *= 2.0 / x.size;
        put(last ? "final.loss" : NAMED("%lld.loss", step), loss);
        if (!last) put(NAMED("%lld.backward.loss", step), dy);
        for (Layer *l = end; !last && l-- > layers; dy = l->dx) {
            pass(l, dy.at);
            put(NAMED("%lld.backward.%.63s", step, l->name), l->dx);
            if (l->learns) learn(l, step, "kernel", l->w, l->dw), learn(l, step, "bias", l->b, l->db);
        }
    }
}
