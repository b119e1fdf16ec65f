/* Tokens by nginx's rules: quotes only begin a word, a backslash counts before a quote, another
 * backslash, t, r and n, and ${ opens no block. Lua blocks are a language of their own. */
#include "parse/server_config_nginx.h"

#include "base/safe.h"
#include <string.h>

static int peek(const struct nginx_file *f)
{
    return f->at < f->in.len ? (unsigned char)f->in.at[f->at] : -1;
}

static int next(struct nginx_file *f)
{
    int byte = peek(f);
    if (byte >= 0) {
        f->at++;
        f->place.line += byte == '\n';
    }
    return byte;
}

static bool is_blank(int byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Steps over blanks and comments; a # inside a word is no comment. */
static void skip_blank(struct nginx_file *f)
{
    while (is_blank(peek(f)) || peek(f) == '#') {
        if (next(f) == '#') {
            while (peek(f) >= 0 && peek(f) != '\n') {
                next(f);
            }
        }
    }
}

/* A backslash before a quote or a backslash goes, \t \r \n become the byte, any other stays. */
static void take_escaped(struct nginx_file *f)
{
    int byte = next(f);
    static const char from[] = "\"'\\trn", to[] = "\"'\\\t\r\n";
    const char *hit = byte > 0 ? strchr(from, byte) : NULL;
    if (hit != NULL) {
        buf_byte(&f->words.bytes, to[hit - from]);
        return;
    }
    buf_byte(&f->words.bytes, '\\');
    if (byte >= 0) {
        buf_byte(&f->words.bytes, (char)byte);
    }
}

static bool take_quoted(struct nginx_file *f, struct error *why)
{
    struct config_place began = f->place;
    int quote = next(f);
    words_open(&f->words);
    for (int byte = next(f); byte != quote; byte = next(f)) {
        if (byte < 0) {
            return config_error(why, began, "the quote %c is never closed", quote);
        }
        if (byte == '\\') {
            take_escaped(f);
        } else {
            buf_byte(&f->words.bytes, (char)byte);
        }
    }
    words_shut(&f->words);
    int after = peek(f);
    if (after == ')') {
        f->at++; /* if ("$a" = "b") */
    } else if (after >= 0 && !is_blank(after) && after != ';' && after != '{') {
        return config_error(why, f->place, "a space or ; is missing after the closing %c", quote);
    }
    return true;
}

static void take_bare(struct nginx_file *f)
{
    bool dollar = false; /* ${name} is no block */
    words_open(&f->words);
    for (int byte = peek(f); byte >= 0; byte = peek(f)) {
        if (is_blank(byte) || byte == ';' || (byte == '{' && !dollar)) {
            break;
        }
        next(f);
        dollar = byte == '$';
        if (byte == '\\') {
            take_escaped(f);
        } else {
            buf_byte(&f->words.bytes, (char)byte);
        }
    }
    words_shut(&f->words);
}

enum nginx_end nginx_take_directive(struct nginx_file *f, struct config_place *began,
                                    struct error *why)
{
    words_clear(&f->words);
    for (;;) {
        skip_blank(f);
        if (f->words.count == 0) {
            *began = f->place;
        }
        int byte = peek(f);
        if (byte < 0) {
            if (f->words.count > 0) {
                config_error(why, *began, "\"%s\" is not ended by ;",
                             safe_str(words_at(&f->words, 0)));
                return END_ERROR;
            }
            return END_FILE;
        }
        if (byte == ';' || byte == '{') {
            next(f);
            return byte == ';' ? END_DIRECTIVE : END_BLOCK_OPEN;
        }
        if (byte == '}' && f->words.count == 0) {
            next(f);
            return END_BLOCK_SHUT;
        }
        if (byte == '"' || byte == '\'') {
            if (!take_quoted(f, why)) {
                return END_ERROR;
            }
        } else {
            take_bare(f);
        }
    }
}

/* Lua between braces has its own quotes and comments; only its braces matter here. */
static void skip_lua_quoted(struct nginx_file *f, int quote)
{
    for (int byte = next(f); byte >= 0 && byte != quote && byte != '\n'; byte = next(f)) {
        if (byte == '\\') {
            next(f);
        }
    }
}

static void skip_lua_long(struct nginx_file *f)
{
    while (peek(f) >= 0 && !text_starts(text_cut(f->in, f->at, f->in.len), TEXT("]]"))) {
        next(f);
    }
}

bool nginx_skip_lua(struct nginx_file *f, struct error *why)
{
    struct config_place began = f->place;
    for (unsigned open = 1; open > 0;) {
        int byte = next(f);
        if (byte < 0) {
            return config_error(why, began, "the Lua block that begins here is never closed");
        }
        if (byte == '"' || byte == '\'') {
            skip_lua_quoted(f, byte);
        } else if (byte == '[' && peek(f) == '[') {
            skip_lua_long(f);
        } else if (byte == '-' && peek(f) == '-') {
            next(f);
            if (text_starts(text_cut(f->in, f->at, f->in.len), TEXT("[["))) {
                skip_lua_long(f);
            } else {
                while (peek(f) >= 0 && peek(f) != '\n') {
                    next(f);
                }
            }
        } else {
            open += byte == '{';
            open -= byte == '}';
        }
    }
    return true;
}
