/* The JSON scanner against jansson: both accept the same, but for the leniencies that json_scan.h
 * names, and find the same values; and the reader on top of it, whose second look at a line
 * gives what the first gave. */
#include "base/buf.h"
#include "parse/format.h"
#include "parse/json_scan.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = {"a", "b", "o.p", "o.p.q", "o", "o.h.X", "ts", "status"};
enum { PATHS = sizeof paths / sizeof *paths };

static struct json_keys keys;
static struct format *usual, *caddy;

static void must(bool held, const char *what, const char *line, size_t len)
{
    if (!held) {
        fprintf(stderr, "%s: %.*s\n", what, (int)len, line);
        abort();
    }
}

static void set_up(void)
{
    for (unsigned i = 0; i < PATHS && !usual; i++) {
        json_keys_add(&keys, text_of(paths[i]), (uint8_t)i);
    }
    if (!usual) {
        usual = format_new(TEXT("json:usual"), NULL);
        caddy = format_new(TEXT("json:caddy"), NULL);
    }
}

/* What jansson refuses and we, as documented, do not: bytes that are no UTF-8, lone surrogates,
 * NUL, numbers that no double holds. */
static bool is_only_janssons(const json_error_t *error)
{
    static const char *const texts[] = {"decode byte", "UTF-8",    "Unicode", "\\u0000",
                                        "NUL",         "overflow", "too big"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strstr(error->text, texts[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool too_deep(const struct json_found *found)
{
    return strcmp(found->reason, "nested too deeply") == 0;
}

/* The value at a path; of an array the first element of the first element. */
static json_t *walk(json_t *at, const char *path, bool *in_array)
{
    struct text rest = text_of(path), step;
    char name[16];
    while (at != NULL && text_split(&rest, '.', &step)) {
        snprintf(name, sizeof name, "%.*s", (int)step.len, step.at);
        at = json_is_object(at) ? json_object_get(at, name) : NULL;
    }
    for (*in_array = false; json_is_array(at); at = json_array_get(at, 0)) {
        *in_array = true;
    }
    return at;
}

static bool same_value(const struct json_piece *piece, json_t *value)
{
    char decoded[4096];
    char number[512];
    size_t len;
    switch (json_typeof(value)) {
    case JSON_STRING:
        len = json_decode(decoded, sizeof decoded, text_make(piece->at, piece->len));
        return piece->kind == PIECE_STRING &&
               (len == SIZE_MAX ||
                text_same(text_make(decoded, len),
                          text_make(json_string_value(value), json_string_length(value))));
    case JSON_REAL:
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%.*s", (int)piece->len, piece->at);
        return piece->len >= sizeof number || strtod(number, NULL) == json_number_value(value);
    case JSON_NULL: return piece->len == 4 && memcmp(piece->at, "null", 4) == 0;
    default:
        return text_same(text_make(piece->at, piece->len),
                         json_is_true(value) ? TEXT("true") : TEXT("false"));
    }
}

static void compare(const struct json_found *found, json_t *root, const char *line, size_t len)
{
    for (unsigned i = 0; i < PATHS; i++) {
        bool in_array;
        json_t *value = walk(root, paths[i], &in_array);
        bool seen = (found->seen >> i & 1) != 0;
        bool object = (found->objects >> i & 1) != 0;
        must(object == (json_is_object(value) && !in_array), "objects differ", line, len);
        must(seen == (value != NULL && !json_is_object(value)), "presence differs", line, len);
        must(!seen || same_value(&found->pieces[i], value), "values differ", line, len);
    }
}

/* Tidied strings decode to the same, the line is still the same object, and is tidy. */
static void check_tidy(struct json_found *found, char *line, size_t len)
{
    for (unsigned i = 0; i < PATHS; i++) {
        struct json_piece *piece = &found->pieces[i];
        if (!(found->seen >> i & 1) || !piece->escaped) {
            continue;
        }
        char *before = malloc(piece->len * 3 + 4), *after = malloc(piece->len * 3 + 4);
        size_t room = piece->len * 3 + 4;
        char *at = line + (piece->at - line);
        size_t len_before = json_decode(before, room, text_make(at, piece->len));
        uint32_t tidy = json_tidy(at, piece->len);
        size_t len_after = json_decode(after, room, text_make(at, tidy));
        must(text_same(text_make(before, len_before), text_make(after, len_after)),
             "tidying changed a value", line, len);
        must(at[tidy] == '"' && json_tidy(at, tidy) == tidy, "not tidy", line, len);
        free(before);
        free(after);
    }
    struct json_found again;
    must(json_scan(&keys, line, line + len, &again), "refused when tidy", line, len);
    must(again.seen == found->seen && again.objects == found->objects, "changed by tidying", line,
         len);
}

static void check_scanner(const char *data, size_t len)
{
    char *line = malloc(len + JSON_SLACK);
    memcpy(line, data, len);
    memset(line + len, '"', JSON_SLACK);
    struct json_found found;
    json_error_t error;
    bool good = json_scan(&keys, line, line + len, &found);
    json_t *root = json_loadb(line, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (good && found.quirks == 0) {
        must(root != NULL || is_only_janssons(&error), error.text, line, len);
    } else if (!good) {
        /* jansson takes a NUL behind a number for nothing. */
        must(!json_is_object(root) || too_deep(&found) || memchr(line, 0, len) != NULL,
             found.reason, line, len);
        must(found.failed >= line && found.failed <= line + len, "failed elsewhere", line, len);
    }
    if (good && root != NULL) {
        compare(&found, root, line, len);
    }
    if (good) {
        check_tidy(&found, line, len);
    }
    json_decref(root);
    free(line);
}

static void show(struct buf *out, const struct batch *b, const struct entry *e)
{
    buf_clear(out);
    buf_printf(out, "%llx %llx %d ", (unsigned long long)e->has, (unsigned long long)e->null,
               e->escape);
    for (int f = 0; f < FIELD_TEXTS; f++) {
        if (e->has & FIELD_BIT(f)) {
            struct span s = e->text[f];
            must(s.at >= e->line.at && s.at + s.len <= e->line.at + e->line.len, "span outside",
                 b->bytes + e->line.at, e->line.len);
            unescape_add(out, batch_text(b, e, (enum field)f), (enum escape)e->escape);
            buf_byte(out, ' ');
        }
    }
}

static void check_reader(const struct format *format, const char *data, size_t len)
{
    static struct batch *batch;
    struct format_memo memo;
    struct entry entry;
    struct buf first = {0}, second = {0};
    batch = batch ? batch : batch_new();
    batch_clear(batch);
    memcpy(batch->bytes, data, len);
    batch->used = (uint32_t)len;
    struct span line = {0, (uint32_t)len};
    format_memo_init(&memo, format);
    bool hit = format_read(format, &memo, batch, line, FIELD_BIT(FIELD_TIME), &entry, NULL);
    must(hit == format_read(format, &memo, batch, line, UINT64_MAX, &entry, NULL),
         "what is wanted decides", data, len);
    if (hit) {
        must((entry.has & ~format_fields(format)) == 0, "a field beyond the format's", data, len);
        must((entry.has & entry.null) == 0, "there and null", data, len);
        show(&first, batch, &entry);
        must(format_read(format, &memo, batch, line, UINT64_MAX, &entry, NULL), "refused again",
             data, len);
        show(&second, batch, &entry);
        must(text_same(buf_text(&first), buf_text(&second)), "changed by reading", data, len);
    }
    format_memo_done(&memo);
    buf_done(&first);
    buf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    set_up();
    if (size > LINE_LIMIT) {
        return 0;
    }
    char *line = malloc(size + 1);
    for (size_t i = 0; i < size; i++) { /* a line holds no newline */
        line[i] = data[i] == '\n' ? ' ' : (char)data[i];
    }
    check_scanner(line, size);
    check_reader(usual, line, size);
    check_reader(caddy, line, size);
    free(line);
    return 0;
}
