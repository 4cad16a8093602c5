/* harness's process protocol, one shot: ./network FOLDER-TO-READ FOLDER-TO-WRITE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long long Int; /* of 64 bits */
static char **folders;
static void solve(void);

static void need(int holds, const char *what) { if (!holds) fprintf(stderr, "failed: %s\n", what), exit(1); }

static FILE *open_in(const char *folder, const char *name, const char *mode) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, mode);
    return need(file != NULL, path), file;
}
static FILE *given(const char *name) { return open_in(folders[1], name, "rb"); }
static FILE *answer(const char *name, Int bytes) { return (void)bytes, open_in(folders[2], name, "wb"); }
static void done(FILE *file) { need(!fclose(file), "a file that was written"); }

int main(int words, char **arguments) { need(words == 3, "two folders"), folders = arguments, solve(); }
