/* labels.c - lines of values with their names before them, in two notations:
 *
 *   ltsv:    host:192.0.2.7<TAB>req:GET / HTTP/1.1<TAB>status:200   Labeled Tab-separated Values
 *   logfmt:  method=GET path="/a b" status=200                      words, or strings in quotes
 *
 * Sources: ltsv.org; Heroku's and lograge's documentation. What the names mean is the same for
 * both as for JSON (json_schema.h). */
#include "parse/json_scan.h"
#include "parse/json_schema.h"
#include "parse/reader.h"
#include <string.h>

static void *compile(struct text spec, enum syntax syntax, struct format_facts *facts,
                     struct error *why)
{
    struct json_program *p = json_schema_compile(spec, syntax, why);
    if (p != NULL) {
        facts->fields = p->fields;
        facts->escape = ESCAPE_APACHE;
    }
    return p;
}

static void *compile_labels(struct text spec, struct format_facts *facts, struct error *why)
{
    return compile(spec, SYNTAX_LABELS, facts, why);
}

static void *compile_logfmt(struct text spec, struct format_facts *facts, struct error *why)
{
    return compile(spec, SYNTAX_LOGFMT, facts, why);
}

static void release(void *program)
{
    json_schema_free(program);
}

/* Of a name that comes twice the last one counts, as in JSON. */
static void note_value(const struct json_program *p, struct text name, struct text value,
                       struct json_found *found)
{
    const struct json_key *key = json_keys_find(&p->keys, JSON_ROOT, name.at, name.len);
    if (key == NULL || key->slot == JSON_NO_SLOT) {
        return;
    }
    found->seen |= UINT64_C(1) << key->slot;
    found->pieces[key->slot] =
        (struct json_piece){value.at, (uint32_t)value.len, PIECE_STRING, false};
}

/* A name has neither blanks nor quotes, which every other line has soon. */
static size_t name_end(struct text line, size_t from, char mark)
{
    size_t i = from;
    while (i < line.len && line.at[i] != mark && (unsigned char)line.at[i] > ' ' &&
           line.at[i] != '"') {
        i++;
    }
    return i;
}

/* ---- Labels ----------------------------------------------------------------------------------
 */

static enum verdict read_labels(const void *program, struct reading *r)
{
    const struct json_program *p = program;
    struct text line = reading_line(r);
    struct json_found found;
    found.seen = found.objects = 0;
    for (size_t at = 0, tab; at < line.len; at = tab + 1) {
        tab = text_find(line, '\t', at);
        size_t colon = name_end(line, at, ':');
        if (tab == at) {
            continue;
        }
        if (colon == at || colon == line.len || line.at[colon] != ':') {
            return reading_reject(r, line.at + at, "no label: here");
        }
        note_value(p, text_cut(line, at, colon), text_cut(line, colon + 1, tab), &found);
    }
    return json_take(p, r, &found);
}

/* ---- logfmt ----------------------------------------------------------------------------------
 */

/* The value at *at, which is moved behind it. A string whose quote is missing was cut off. */
static struct text take_value(struct reading *r, struct text line, size_t *at)
{
    size_t from = *at, end = from;
    if (from == line.len || line.at[from] != '"') {
        *at = end = text_find(line, ' ', from);
        return text_cut(line, from, end);
    }
    for (end++; end < line.len && line.at[end] != '"'; end++) {
        end += line.at[end] == '\\';
    }
    r->out->cut |= end >= line.len;
    end = end < line.len ? end : line.len;
    *at = end + (end < line.len);
    return text_cut(line, from + 1, end);
}

static enum verdict read_logfmt(const void *program, struct reading *r)
{
    const struct json_program *p = program;
    struct text line = reading_line(r);
    struct json_found found;
    bool any = false;
    found.seen = found.objects = 0;
    for (size_t at = 0; at < line.len;) {
        size_t end = name_end(line, at, '=');
        if (line.at[at] == ' ') {
            at++;
        } else if (end > at && end < line.len && line.at[end] == '=') {
            struct text name = text_cut(line, at, end);
            at = end + 1;
            note_value(p, name, take_value(r, line, &at), &found);
            any = true;
        } else if (end > at && any && (end == line.len || line.at[end] == ' ')) {
            at = end; /* a name alone: true */
        } else {
            return reading_reject(r, line.at + at, "no name= here");
        }
    }
    return json_take(p, r, &found);
}

const struct reader reader_labels = {
    .prefix = "ltsv:", .compile = compile_labels, .free = release, .read = read_labels};
const struct reader reader_logfmt = {
    .prefix = "logfmt:", .compile = compile_logfmt, .free = release, .read = read_logfmt};
