#include "parse/server_config_vars.h"

#include "base/mem.h"
#include <stdlib.h>

void vars_set(struct vars *v, struct text name, struct text value)
{
    size_t at = names_find(&v->names, name, 0);
    if (name.len > VAR_NAME_MOST) {
        return;
    }
    char *copy = mem_string(value); /* before the free: value may lie in it */
    if (at != SIZE_MAX) {
        free(v->values[at]);
        v->values[at] = copy;
        return;
    }
    if (v->names.count == v->cap) {
        v->cap = v->cap ? v->cap * 2 : 16;
        v->values = mem_grow(v->values, v->cap, sizeof *v->values);
    }
    v->values[names_add(&v->names, name, 0)] = copy;
}

const char *vars_get(const struct vars *v, struct text name)
{
    size_t at = name.len > VAR_NAME_MOST ? SIZE_MAX : names_find(&v->names, name, 0);
    return at == SIZE_MAX ? NULL : v->values[at];
}

void vars_done(struct vars *v)
{
    for (size_t i = 0; i < v->names.count; i++) {
        free(v->values[i]);
    }
    free(v->values);
    names_done(&v->names);
    *v = (struct vars){0};
}

static void put_value(struct vars *v, const char *value, struct buf *out)
{
    struct text text = v->given > VARS_GIVEN_MOST ? TEXT("") : text_of(value);
    v->given += text.len;
    if (v->given <= VARS_GIVEN_MOST) {
        buf_add(out, text);
    }
}

void vars_expand(struct vars *v, struct text text, struct buf *out)
{
    size_t shut = 0; /* the first } behind */
    for (size_t i = 0; i < text.len;) {
        const char *value = NULL;
        if (text.at[i] == '$' && i + 1 < text.len && text.at[i + 1] == '{') {
            shut = shut > i ? shut : text_find(text, '}', i);
            value = shut < text.len ? vars_get(v, text_cut(text, i + 2, shut)) : NULL;
        }
        if (value != NULL) {
            put_value(v, value, out);
            i = shut + 1;
        } else {
            buf_byte(out, text.at[i++]);
        }
    }
}

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

static size_t name_length(struct text text)
{
    size_t len = 0;
    while (len < text.len && is_name_byte(text.at[len])) {
        len++;
    }
    return len;
}

/* Replaces the variable that begins at text[0] == '$'; an unknown one is empty, as in the
 * shell, and so is ${NAME followed by an operator. Returns its length. */
static size_t expand_shell_name(struct vars *v, struct text text, struct buf *out)
{
    bool braced = text.len > 1 && text.at[1] == '{';
    size_t from = braced ? 2 : 1;
    size_t len = name_length(text_cut(text, from, text.len));
    size_t end = braced ? text_find(text, '}', 0) : from + len;
    bool plain = !braced || end == from + len;
    const char *value = plain ? vars_get(v, text_cut(text, from, from + len)) : NULL;
    if (len == 0 && !braced) {
        buf_byte(out, '$');
    } else if (value != NULL) {
        put_value(v, value, out);
    }
    return braced && end < text.len ? end + 1 : end;
}

/* The value of an assignment: up to the first unquoted blank, ; or #. */
static void shell_value(struct vars *v, struct text text, struct buf *out)
{
    char quote = '\0';
    for (size_t i = 0; i < text.len;) {
        char byte = text.at[i];
        if (quote == '\0' && (byte == ' ' || byte == '\t' || byte == ';' || byte == '\r')) {
            return;
        }
        if (byte == quote || (quote == '\0' && (byte == '"' || byte == '\''))) {
            quote = byte == quote ? '\0' : byte;
            i++;
        } else if (byte == '\\' && quote != '\'' && i + 1 < text.len) {
            buf_byte(out, text.at[i + 1]);
            i += 2;
        } else if (byte == '$' && quote != '\'') {
            i += expand_shell_name(v, text_cut(text, i, text.len), out);
        } else {
            buf_byte(out, byte);
            i++;
        }
    }
}

void vars_read_shell(struct vars *v, struct text file)
{
    struct text line;
    struct buf value = {0};
    while (text_split(&file, '\n', &line)) {
        line = text_trim(line);
        if (text_starts(line, TEXT("export "))) {
            line = text_trim(text_cut(line, 7, line.len));
        }
        size_t len = name_length(line);
        if (len == 0 || len >= line.len || line.at[len] != '=') {
            continue;
        }
        buf_clear(&value);
        shell_value(v, text_cut(line, len + 1, line.len), &value);
        vars_set(v, text_cut(line, 0, len), buf_text(&value));
    }
    buf_done(&value);
}
