#include "app/inputs.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/note.h"
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

/* The first directory that could not be looked into; glob() has no place for a context. */
static _Thread_local struct error unread;

static int note_unread(const char *path, int problem)
{
    if (problem != ENOENT && problem != ENOTDIR && !unread.text[0])
        error_set(&unread, "%s cannot be read: %s", safe_str(text_of(path)), strerror(problem));
    return 0; /* what can be read is looked at all the same */
}

static bool add_matches(struct inputs *in, const char *pattern, struct error *why)
{
    glob_t found;
    unread = (struct error){0};
    int failed = glob(pattern, 0, note_unread, &found);
    for (size_t i = 0; !failed && i < found.gl_pathc; i++)
        add(in, found.gl_pathv[i]);
    globfree(&found);
    if (unread.text[0] && !failed)
        note("%s: %s", safe_str(text_of(pattern)), unread.text);
    if (!failed)
        return true;
    return error_set(why, "%s: %s", safe_str(text_of(pattern)),
                     unread.text[0] ? unread.text : "no file matches");
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
