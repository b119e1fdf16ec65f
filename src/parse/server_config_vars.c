#include "parse/server_config_vars.h"

#include "base/mem.h"
#include <stdlib.h>

static struct var *find(const struct vars *v, struct text name)
{
    for (size_t i = 0; i < v->count; i++) {
        if (text_same(text_of(v->list[i].name), name)) {
            return &v->list[i];
        }
    }
    return NULL;
}

void vars_set(struct vars *v, struct text name, struct text value)
{
    struct var *old = find(v, name);
    if (old != NULL) {
        char *copy = mem_string(value); /* before the free: value may lie in it */
        free(old->value);
        old->value = copy;
        return;
    }
    if (v->count == v->cap) {
        v->cap = v->cap ? v->cap * 2 : 16;
        v->list = mem_grow(v->list, v->cap, sizeof *v->list);
    }
    v->list[v->count++] = (struct var){mem_string(name), mem_string(value)};
}

const char *vars_get(const struct vars *v, struct text name)
{
    const struct var *found = find(v, name);
    return found ? found->value : NULL;
}

void vars_done(struct vars *v)
{
    for (size_t i = 0; i < v->count; i++) {
        free(v->list[i].name);
        free(v->list[i].value);
    }
    free(v->list);
    *v = (struct vars){0};
}

void vars_expand(const struct vars *v, struct text text, struct buf *out)
{
    for (size_t i = 0; i < text.len;) {
        size_t shut = text_find(text, '}', i);
        const char *value = NULL;
        if (text_starts(text_cut(text, i, text.len), TEXT("${")) && shut < text.len) {
            value = vars_get(v, text_cut(text, i + 2, shut));
        }
        if (value != NULL) {
            buf_str(out, value);
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
static size_t expand_shell_name(const struct vars *v, struct text text, struct buf *out)
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
        buf_str(out, value);
    }
    return braced && end < text.len ? end + 1 : end;
}

/* The value of an assignment: up to the first unquoted blank, ; or #. */
static void shell_value(const struct vars *v, struct text text, struct buf *out)
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
