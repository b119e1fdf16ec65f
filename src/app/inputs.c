#include "app/inputs.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/safe.h"

static void add(struct inputs *in, const char *path)
{
    in->paths = mem_grow(in->paths, in->count + 1, sizeof *in->paths);
    in->paths[in->count++] = mem_string(text_of(path));
}

/* A name with glob characters that is there as it stands is that file. */
static bool is_glob(const char *path)
{
    return strpbrk(path, "*?[") && access(path, F_OK) != 0;
}

static bool add_matches(struct inputs *in, const char *pattern, struct error *why)
{
    glob_t found;
    int failed = glob(pattern, 0, NULL, &found);
    for (size_t i = 0; !failed && i < found.gl_pathc; i++)
        add(in, found.gl_pathv[i]);
    globfree(&found);
    return !failed || error_set(why, "%s: no file matches", safe_str(text_of(pattern)));
}

bool inputs_find(struct inputs *in, const struct settings *s, struct error *why)
{
    *in = (struct inputs){0};
    for (size_t i = 0; i < s->path_count; i++) {
        if (!is_glob(s->paths[i]))
            add(in, s->paths[i]);
        else if (!add_matches(in, s->paths[i], why))
            return false;
    }
    if (!in->count)
        add(in, "/var/log/access.log");
    return true;
}

void inputs_done(struct inputs *in)
{
    for (size_t i = 0; i < in->count; i++)
        free(in->paths[i]);
    free(in->paths);
    *in = (struct inputs){0};
}
