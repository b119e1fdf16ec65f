/* parse.c - `spate parse`: each line as the fields it was read as, in order, as JSON lines. */
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/inputs.h"
#include "app/output.h"
#include "app/range.h"
#include "base/json.h"
#include "base/note.h"
#include "base/time.h"
#include "parse/filter.h"
#include "parse/parser.h"
#include "source/reader.h"

enum { OUTPUT_BYTES = 256 * 1024, SECONDS_DECIMALS = 9 };

/* The order in which people know the fields; the others follow in that of the table. */
static const enum field known_order[] = {FIELD_HOST,   FIELD_IDENT,   FIELD_USER,   FIELD_TIME,
                                         FIELD_REQUEST, FIELD_METHOD, FIELD_PATH,   FIELD_PROTOCOL,
                                         FIELD_SECTION, FIELD_STATUS, FIELD_BYTES,  FIELD_REFERRER,
                                         FIELD_AGENT};
enum { KNOWN = sizeof known_order / sizeof *known_order };

struct run {
    struct parser *parser;
    struct range range;
    const struct filter *where;
    struct batch *batch;
    struct buf out;
    struct buf plain; /* a text as it was before the server escaped it */
    const char *file; /* named in each row; NULL: there is only one */
    uint64_t line;
};

static void put_value(struct run *r, struct json *j, const struct entry *e, enum field f)
{
    char room[TIME_TEXT_SIZE];
    switch (field_kind(f)) {
    case FIELD_KIND_TEXT:
        buf_clear(&r->plain);
        unescape_add(&r->plain, batch_text(r->batch, e, f), (enum escape)e->escape);
        json_text(j, buf_text(&r->plain));
        break;
    case FIELD_KIND_COUNT:
        json_u64(j, entry_number(e, f));
        break;
    case FIELD_KIND_DURATION:
        json_number(j, (double)entry_number(e, f) / 1e9, SECONDS_DECIMALS);
        break;
    case FIELD_KIND_TIME:
        json_text(j, text_of(time_rfc3339(room, e->second, e->nanos)));
        break;
    case FIELD_KIND_STATUS:
        json_u64(j, e->status);
        break;
    }
}

static void put_field(struct run *r, struct json *j, const struct entry *e, enum field f)
{
    if (e->has & FIELD_BIT(f)) {
        json_key(j, field_key(f));
        put_value(r, j, e, f);
    } else if (e->null & FIELD_BIT(f)) {
        json_key(j, field_key(f));
        json_null(j);
    }
}

static void put_entry(struct run *r, struct json *j, const struct entry *e)
{
    field_set left = e->has | e->null;
    for (size_t i = 0; i < KNOWN; i++) {
        put_field(r, j, e, known_order[i]);
        left &= ~FIELD_BIT(known_order[i]);
    }
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (left & FIELD_BIT(f))
            put_field(r, j, e, f);
}

static void put_head(struct run *r, struct json *j, bool ok)
{
    json_open(j);
    if (r->file) {
        json_key(j, "file");
        json_text(j, text_of(r->file));
    }
    json_key(j, "line");
    json_u64(j, r->line);
    json_key(j, "ok");
    json_bool(j, ok);
}

static void put_line(struct run *r, struct span line)
{
    struct entry e;
    struct reject why = {0};
    struct json j = json_on(&r->out);
    enum parser_line read = parser_read(r->parser, r->batch, line, &e, &why);
    bool ok = read == PARSER_HIT;
    if (read == PARSER_SKIPPED)
        return;
    if (ok && r->range.limited && (!(e.has & FIELD_BIT(FIELD_TIME)) || !range_holds(&r->range, e.second)))
        return;
    if (r->where && !(ok && filter_matches(r->where, r->batch, &e)))
        return;
    put_head(r, &j, ok);
    if (ok)
        put_entry(r, &j, &e);
    else {
        json_key(&j, "error");
        json_text(&j, text_of(why.reason));
        json_key(&j, "column");
        json_u64(&j, why.column);
    }
    json_close(&j);
    buf_byte(&r->out, '\n');
}

/* Lines as the contract has them: an empty one is none, but it has its number. */
static bool put_lines(struct run *r)
{
    struct text all = text_make(r->batch->bytes, r->batch->used);
    parser_begin(r->parser, r->batch);
    for (size_t at = r->batch->scanned; at < all.len;) {
        size_t end = text_find(all, '\n', at), len = end - at;
        if (len && all.at[end - 1] == '\r')
            len--;
        r->line++;
        if (len)
            put_line(r, (struct span){(uint32_t)at, (uint32_t)len});
        at = end + 1;
        if (r->out.len >= OUTPUT_BYTES && !output_write(&r->out, -1))
            return false;
    }
    return output_write(&r->out, -1);
}

/* What auto chose is for people. */
static void tell_news(struct run *r)
{
    struct notice news;
    while (parser_news(r->parser, &news))
        if (news.kind == NOTICE_NO_FORMAT || isatty(STDERR_FILENO))
            note("%s", news.text);
}

/* Where the range lies in a plain file; elsewhere it may be anywhere. */
static void find_range(const struct run *r, const char *path, const struct formats *formats,
                       uint64_t *from, uint64_t *to)
{
    *from = 0;
    *to = UINT64_MAX;
    struct reader *reader = r->range.limited && strcmp(path, "-") ? reader_open(path, NULL) : NULL;
    if (reader && reader_can_seek(reader)) {
        *to = reader_size(reader);
        range_narrow(&r->range, path, reader, formats, from, to);
        if (r->range.to == INT64_MAX) /* it may grow */
            *to = UINT64_MAX;
    }
    reader_close(reader);
}

/* Lines before the range are only counted, for those behind have their numbers; but directives hold
 * for what follows. */
static void skip_lines(struct run *r)
{
    struct text all = text_make(r->batch->bytes, r->batch->used);
    bool directives = parser_has_directives(r->parser);
    for (size_t at = 0, end; at < all.len; at = end + 1, r->line++) {
        end = text_find(all, '\n', at);
        if (!directives || all.at[at] != '#')
            continue;
        struct entry ignored;
        struct reject why;
        struct text line = text_trim(text_cut(all, at, end));
        parser_read(r->parser, r->batch, (struct span){(uint32_t)at, (uint32_t)line.len}, &ignored, &why);
    }
}

/* Batches from the first, which tells the format, to the last that holds something of the range. */
static bool put_batches(struct run *r, struct reader *reader, uint64_t from, uint64_t to,
                        struct error *why)
{
    uint64_t before = 0;
    enum reader_result got = READER_LINES;
    bool written = true, first = true;
    while (written && (before < LINE_LIMIT || before - LINE_LIMIT < to) &&
           (got = reader_fill(reader, r->batch, why)) == READER_LINES) {
        before = reader_place(reader);
        if (first || before > from)
            written = put_lines(r);
        else
            skip_lines(r);
        first = false;
        tell_news(r);
        batch_clear(r->batch);
    }
    if (written && got == READER_ERROR)
        note("%s", why->text);
    return written && got != READER_ERROR;
}

static bool parse_file(struct run *r, const char *path, const struct formats *formats)
{
    struct error why = {0};
    uint64_t from, to;
    find_range(r, path, formats, &from, &to);
    struct reader *reader = reader_open(path, &why);
    if (!reader) {
        note("%s", why.text);
        return false;
    }
    r->parser = parser_new(formats, ~UINT64_C(0));
    parser_reads(r->parser, path);
    r->line = 0;
    bool done = put_batches(r, reader, from, to, &why);
    parser_free(r->parser);
    reader_close(reader);
    return done;
}

int command_parse(const struct settings *s)
{
    struct error why = {0};
    struct inputs inputs = {0};
    struct run r = {.where = s->filter};
    int code = EXIT_USAGE;
    struct formats *formats = formats_new(s->formats, s->format_count, &why);
    if (formats && s->forwarded)
        formats_prefer_forwarded(formats);
    if (!formats || !inputs_find(&inputs, s, &why) ||
        !range_of(&r.range, s, (const char *const *)inputs.paths, inputs.count, formats, &why)) {
        note("%s", why.text);
        code = formats && !why.usage ? EXIT_FAILED : EXIT_USAGE;
        goto done;
    }
    code = EXIT_DONE;
    settings_tell_logs(s, formats);
    r.batch = batch_new();
    inputs_order(&inputs, formats);
    for (size_t i = 0; i < inputs.count; i++) {
        r.file = inputs.count > 1 ? inputs.paths[i] : NULL;
        if (!parse_file(&r, inputs.paths[i], formats))
            code = EXIT_FAILED;
    }
done:
    batch_free(r.batch);
    buf_done(&r.out);
    buf_done(&r.plain);
    inputs_done(&inputs);
    formats_free(formats);
    return code;
}
