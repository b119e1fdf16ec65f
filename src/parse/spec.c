#include "parse/spec.h"

#include "base/near.h"
#include "base/safe.h"
#include "parse/presets.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '{';
}

/* How many nginx variables and how many Apache directives a string seems to hold. */
static void count_marks(struct text s, unsigned *variables, unsigned *directives)
{
    *variables = *directives = 0;
    for (size_t i = 0; i + 1 < s.len; i++) {
        char next = s.at[i + 1];
        if (s.at[i] == '$' && is_name_byte(next))
            ++*variables;
        if (s.at[i] != '%')
            continue;
        if (is_name_byte(next) || strchr("<>!^", next) || (next >= '0' && next <= '9'))
            ++*directives;
        i += next == '%';
    }
}

/* Takes the next word, quoted or not, off the front of *rest and appends it without quotes to
 * *out; a quote inside is written \" (or \'), other escapes stay for the compiler. */
static bool take_word(struct text *rest, struct buf *out, struct error *why)
{
    char quote = rest->len ? rest->at[0] : 0;
    size_t i = 1;
    if (quote != '"' && quote != '\'') {
        for (i = 0; i < rest->len && !is_blank(rest->at[i]) && rest->at[i] != ';'; i++)
            buf_byte(out, rest->at[i]);
        *rest = text_cut(*rest, i, rest->len);
        return true;
    }
    for (; i < rest->len && rest->at[i] != quote; i++) {
        if (rest->at[i] == '\\' && i + 1 < rest->len) {
            if (rest->at[i + 1] != quote)
                buf_byte(out, '\\');
            i++;
        }
        buf_byte(out, rest->at[i]);
    }
    if (i == rest->len)
        return error_set(why, "the format's quote %c is not closed", quote);
    *rest = text_cut(*rest, i + 1, rest->len);
    return true;
}

static void skip_blanks(struct text *rest)
{
    size_t i = 0;
    while (i < rest->len && is_blank(rest->at[i]))
        i++;
    *rest = text_cut(*rest, i, rest->len);
}

/* The word at the front, if it is `word` (any case) and a blank follows: stepped over. */
static bool take_directive(struct text *rest, struct text word)
{
    if (rest->len <= word.len || !is_blank(rest->at[word.len]) ||
        !text_same_caseless(text_cut(*rest, 0, word.len), word))
        return false;
    *rest = text_cut(*rest, word.len, rest->len);
    skip_blanks(rest);
    return true;
}

static bool take_pieces(struct text rest, struct buf *out, struct error *why)
{
    for (skip_blanks(&rest); rest.len > 0 && rest.at[0] != ';'; skip_blanks(&rest))
        if (!take_word(&rest, out, why))
            return false;
    return true;
}

static enum escape escape_named(struct text word)
{
    if (text_same(word, TEXT("escape=json")))
        return ESCAPE_JSON;
    return text_same(word, TEXT("escape=none")) ? ESCAPE_NONE : ESCAPE_NGINX;
}

static bool unwrap_log_format(struct text rest, struct spec *out, struct error *why)
{
    out->kind = SPEC_NGINX;
    if (!take_word(&rest, &out->format, why)) /* its name */
        return false;
    buf_clear(&out->format);
    skip_blanks(&rest);
    if (text_starts(rest, TEXT("escape="))) {
        if (!take_word(&rest, &out->format, why))
            return false;
        out->escape = escape_named(buf_text(&out->format));
        buf_clear(&out->format);
    }
    return take_pieces(rest, &out->format, why);
}

/* True when the string is quoted as a whole: quotes at both ends and, for double quotes, none bare
 * between, for such a string may well begin and end with a quoted value. */
static bool is_quoted(struct text s)
{
    if (s.len < 2)
        return false;
    char quote = s.at[0];
    if (quote == '\'')
        return s.at[s.len - 1] == quote;
    if (quote != '"' || s.at[s.len - 1] != quote)
        return false;
    bool escaped = false;
    for (size_t i = 1; i + 1 < s.len; i++) {
        if (s.at[i] == quote)
            return false;
        if (s.at[i] == '\\') {
            escaped = escaped || s.at[i + 1] == quote;
            i++;
        }
    }
    return escaped;
}

static bool refuse_unknown(struct text given, struct error *why)
{
    struct near near = near_to(given);
    struct buf names = {0};
    near_offer(&near, "auto");
    for (size_t i = 0; i < preset_count; i++)
        near_offer(&near, presets[i].name);
    near_list(&near, &names);
    error_set(why,
              "unknown%s%.*s%s accepted are a name (see `spate formats`), an Apache LogFormat "
              "(with %% directives), an nginx log_format (with $variables), regex:PATTERN, "
              "json:, ltsv: or logfmt:FIELD=KEY,..., "
              "nginx:FILE or apache:FILE of the server's configuration, or auto",
              names.len ? ": did you mean " : "", (int)names.len, names.at, names.len ? "?" : ";");
    buf_done(&names);
    return false;
}

bool spec_unwrap(struct text given, struct spec *out, struct error *why)
{
    struct text rest = given;
    *out = (struct spec){.escape = ESCAPE_NGINX};
    skip_blanks(&rest);
    if (take_directive(&rest, TEXT("LogFormat"))) {
        out->kind = SPEC_APACHE;
        return take_word(&rest, &out->format, why);
    }
    if (take_directive(&rest, TEXT("log_format")))
        return unwrap_log_format(rest, out, why);

    unsigned variables, directives;
    count_marks(given, &variables, &directives);
    if (variables == 0 && directives == 0)
        return refuse_unknown(given, why);
    out->kind = variables > directives ? SPEC_NGINX : SPEC_APACHE;
    struct text bare = text_ends(given, TEXT(";")) ? text_cut(given, 0, given.len - 1) : given;
    if (is_quoted(text_trim(bare)))
        return take_pieces(text_trim(bare), &out->format, why);
    buf_add(&out->format, given);
    return true;
}
