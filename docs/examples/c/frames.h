/* harness's process protocol, a worker: ./network, with frames on standard input and output */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long long Int; /* of 64 bits */
static struct { char name[256], *bytes; Int length; } files[4096];
static Int file_count;
static void solve(void);

static void need(int holds, const char *what) { if (!holds) fprintf(stderr, "failed: %s\n", what), exit(1); }

static FILE *given(const char *name) {
    for (int i = 0; i < file_count; i++)
        if (!strcmp(files[i].name, name)) return fmemopen(files[i].bytes, files[i].length, "rb");
    return NULL;
}
static FILE *answer(const char *name, Int bytes) {
    Int lengths[2] = {strlen(name), bytes};
    fwrite(lengths, 8, 2, stdout);
    fputs(name, stdout);
    return stdout;
}
static void done(FILE *file) { (void)file; }

int main(int words, char **arguments) {
    Int begin[2], lengths[2], end[2] = {0, 0}; /* magic and version; of a name and of its content */
    need(words == 1, arguments[words - 1]);
    while (fread(begin, 8, 2, stdin) == 2) {
        for (file_count = 0; fread(lengths, 8, 2, stdin) == 2 && lengths[0]; file_count++) {
            need(file_count < 4096 && lengths[0] < 256, "at most 4096 files with names below 256 bytes");
            char *name = files[file_count].name, *bytes = realloc(files[file_count].bytes, lengths[1] + 1);
            need(bytes && fread(name, lengths[0], 1, stdin) && fread(bytes, lengths[1], 1, stdin), "a whole frame");
            name[lengths[0]] = 0, files[file_count].bytes = bytes, files[file_count].length = lengths[1];
        }
        fwrite(begin, 8, 2, stdout);
        solve();
        fwrite(end, 8, 2, stdout);
        fflush(stdout);
    }
}
