#include "app/header.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "source/reader.h"

enum {
    HEAD_BYTES = 64 * 1024,  /* what is looked at to know the format */
    BACK_BYTES = 1024 * 1024 /* the steps in which is gone back to find a header */
};

/* Whether a line of the batch may be a directive. */
static bool has_directives(const struct batch *b)
{
    struct text all = text_make(b->bytes, b->used);
    for (size_t at = text_find(all, '#', 0); at < all.len; at = text_find(all, '#', at + 1))
        if (at == 0 || all.at[at - 1] == '\n' || (at == 3 && all.at[0] == '\xef'))
            return true;
    return false;
}

/* Shows the parser the first lines. True when none of them may be a directive. */
static bool show_head(struct parser *parser, struct batch *b, const char *path)
{
    struct reader *r = reader_open(path, NULL);
    bool plain = false;
    if (!r)
        return false;
    reader_range(r, 0, HEAD_BYTES);
    if (reader_fill(r, b, NULL) == READER_LINES) {
        plain = !has_directives(b);
        while (!parser_run(parser, b))
            b->count = 0;
    }
    batch_clear(b);
    reader_close(r);
    return plain;
}

/* Shows the parser the directives among the batch's lines. True when they name the columns. */
static bool show_directives(struct parser *parser, struct batch *b)
{
    struct text all = text_make(b->bytes, b->used);
    struct entry ignored;
    struct reject why;
    bool columns = false;
    for (size_t at = 0, end; at < all.len; at = end + 1) {
        end = text_find(all, '\n', at);
        if (all.at[at] != '#')
            continue;
        struct text line = text_trim(text_cut(all, at, end));
        columns |= text_same_caseless(text_cut(line, 0, 8), TEXT("#Fields:"));
        parser_read(parser, b, (struct span){(uint32_t)at, (uint32_t)line.len}, &ignored, &why);
    }
    return columns;
}

/* The same for all lines that begin in [from, to) of the file. */
static bool show_directives_of(struct parser *parser, struct batch *b, const char *path, uint64_t from,
                               uint64_t to)
{
    struct reader *r = reader_open(path, NULL);
    bool columns = false;
    if (!r)
        return true;
    reader_range(r, from, to);
    while (reader_fill(r, b, NULL) == READER_LINES) {
        columns |= show_directives(parser, b);
        batch_clear(b);
    }
    reader_close(r);
    return columns;
}

void header_before(struct parser *parser, const char *path, uint64_t to, struct batch *room)
{
    show_head(parser, room, path);
    for (uint64_t from; to > 0 && parser_has_directives(parser); to = from) {
        from = to > BACK_BYTES ? to - BACK_BYTES : 0;
        if (show_directives_of(parser, room, path, from, to))
            break;
    }
}

/* ---- For all parts of a file ----------------------------------------------------------------- */

struct header {
    const char *path;
    const struct formats *formats;
    field_set want;
    pthread_mutex_t lock;
    bool known;
    struct parser *shown; /* stands behind the first lines; NULL: each part must look for itself */
};

struct header *header_new(const char *path, const struct formats *formats, field_set want)
{
    struct header *h = mem_new(1, sizeof *h);
    h->path = path;
    h->formats = formats;
    h->want = want;
    pthread_mutex_init(&h->lock, NULL);
    return h;
}

void header_free(struct header *h)
{
    if (!h)
        return;
    parser_free(h->shown);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

static struct parser *begin(const struct header *h)
{
    struct parser *parser = parser_new(h->formats, h->want);
    parser_reads(parser, h->path);
    return parser;
}

static void look(struct header *h, struct batch *room)
{
    h->known = true;
    h->shown = begin(h);
    if (show_head(h->shown, room, h->path))
        return;
    parser_free(h->shown);
    h->shown = NULL;
}

struct parser *header_parser(struct header *h, uint64_t from, struct batch *room)
{
    if (from == 0)
        return begin(h);
    pthread_mutex_lock(&h->lock);
    if (!h->known)
        look(h, room);
    struct parser *parser = h->shown ? parser_copy(h->shown) : NULL;
    pthread_mutex_unlock(&h->lock);
    if (parser)
        return parser;
    parser = begin(h);
    header_before(parser, h->path, from, room);
    return parser;
}
