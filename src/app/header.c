#include "app/header.h"

#include "source/reader.h"

enum {
    HEAD_BYTES = 64 * 1024,  /* what is looked at to know the format */
    BACK_BYTES = 1024 * 1024 /* the steps in which is gone back to find a header */
};

static void show_head(struct parser *parser, struct batch *b, const char *path)
{
    struct reader *r = reader_open(path, NULL);
    if (!r)
        return;
    reader_range(r, 0, HEAD_BYTES);
    if (reader_fill(r, b, NULL) == READER_LINES)
        while (!parser_run(parser, b))
            b->count = 0;
    batch_clear(b);
    reader_close(r);
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

void header_before(struct parser *parser, const char *path, uint64_t to)
{
    struct batch *b = batch_new();
    show_head(parser, b, path);
    for (uint64_t from; to > 0 && parser_has_directives(parser); to = from) {
        from = to > BACK_BYTES ? to - BACK_BYTES : 0;
        if (show_directives_of(parser, b, path, from, to))
            break;
    }
    batch_free(b);
}
