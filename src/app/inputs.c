#include "app/inputs.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/note.h"
#include "base/safe.h"
#include "source/reader.h"

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

/* ---- In order of time ------------------------------------------------------------------------ */

struct dated {
    char *path;
    int64_t second;
    size_t given; /* its place as it was */
};

static bool has_time(struct parser *parser, struct batch *b, int64_t *second)
{
    for (bool all = false; !all; b->count = 0) {
        all = parser_run(parser, b);
        for (uint32_t i = 0; i < b->count; i++)
            if (b->entries[i].has & FIELD_BIT(FIELD_TIME)) {
                *second = b->entries[i].second;
                return true;
            }
    }
    return false;
}

/* The time of the file's first line that has one; an empty file comes last. */
static bool first_second(const char *path, const struct formats *formats, int64_t *second)
{
    struct stat s;
    if (strcmp(path, "-") == 0 || stat(path, &s) != 0 || !S_ISREG(s.st_mode))
        return false;
    struct reader *reader = reader_open(path, NULL);
    struct parser *parser = parser_new(formats, FIELD_BIT(FIELD_TIME));
    struct batch *b = batch_new();
    *second = INT64_MAX;
    parser_reads(parser, path);
    enum reader_result got = reader ? reader_fill(reader, b, NULL) : READER_ERROR;
    bool known = got == READER_END || (got == READER_LINES && has_time(parser, b, second));
    batch_free(b);
    parser_free(parser);
    reader_close(reader);
    return known;
}

static int by_time(const void *a, const void *b)
{
    const struct dated *left = a, *right = b;
    if (left->second != right->second)
        return left->second < right->second ? -1 : 1;
    return left->given < right->given ? -1 : 1;
}

void inputs_order(struct inputs *in, const struct formats *formats)
{
    if (in->count < 2)
        return;
    struct dated *files = mem_new(in->count, sizeof *files);
    bool known = true;
    for (size_t i = 0; known && i < in->count; i++) {
        files[i] = (struct dated){.path = in->paths[i], .given = i};
        known = first_second(in->paths[i], formats, &files[i].second);
    }
    if (known)
        qsort(files, in->count, sizeof *files, by_time);
    for (size_t i = 0; known && i < in->count; i++)
        in->paths[i] = files[i].path;
    free(files);
}

void inputs_done(struct inputs *in)
{
    for (size_t i = 0; i < in->count; i++)
        free(in->paths[i]);
    free(in->paths);
    *in = (struct inputs){0};
}
