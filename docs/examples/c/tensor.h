/* Tensors, and their layout in harness's process protocol, version 1. For float64: cc -DReal=double */
#ifndef Real
#define Real float
#endif

typedef struct { Int rank, shape[8], size; Real *at; } Tensor;

static Real memory[1 << 24]; /* for all tensors of one problem */
static Int used;

static Tensor tensor(Int rank, const Int *shape) { /* zeros */
    Tensor made = {rank, {0}, 1, memory + used};
    for (int i = 0; i < rank; i++) made.size *= made.shape[i] = shape[i];
    need((used += made.size) <= 1 << 24, "memory");
    return memset(made.at, 0, sizeof(Real) * made.size), made;
}
static Tensor get(const char *name) {
    Int header[12]; /* magic, version, format, rank, dimensions */
    FILE *from = given(name);
    need(from && fread(header, 8, 4, from) == 4 && fread(header + 4, 8, header[3], from) == (size_t)header[3], name);
    Tensor read = tensor(header[3], header + 4);
    need(fread(read.at, sizeof(Real), read.size, from) == (size_t)read.size, name);
    return fclose(from), read;
}
static void put(const char *name, Tensor it) {
    Int header[4] = {0, 1, sizeof(Real), it.rank};
    FILE *to = answer(name, 32 + 8 * it.rank + sizeof(Real) * it.size);
    fwrite(memcpy(header, "hntensor", 8), 8, 4, to);
    fwrite(it.shape, 8, it.rank, to);
    fwrite(it.at, sizeof(Real), it.size, to);
    done(to);
}
