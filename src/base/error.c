#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/rune.h"

/* Formats into a text of its own first: the arguments may be part of the old one. */
__attribute__((format(printf, 2, 0))) static void error_fill(struct error *why, const char *format,
                                                             va_list args)
{
    char text[sizeof why->text];
    int len = vsnprintf(text, sizeof text, format, args);
    if (len < 0)
        len = 0;
    size_t kept = (size_t)len;
    if (kept >= sizeof text)
        kept = rune_whole(text, sizeof text - 1);
    memcpy(why->text, text, kept);
    why->text[kept] = '\0';
}

bool error_set(struct error *why, const char *format, ...)
{
    if (!why)
        return false;
    va_list args;
    va_start(args, format);
    error_fill(why, format, args);
    va_end(args);
    why->column = 0;
    return false;
}

bool error_at(struct error *why, uint32_t column, const char *format, ...)
{
    if (!why)
        return false;
    va_list args;
    va_start(args, format);
    error_fill(why, format, args);
    va_end(args);
    why->column = column;
    return false;
}

bool error_prefix(struct error *why, const char *format, ...)
{
    if (!why)
        return false;
    struct error old = *why;
    va_list args;
    va_start(args, format);
    error_fill(why, format, args);
    va_end(args);

    size_t at = strlen(why->text), room = sizeof why->text - 1 - at;
    const char *parts[] = {": ", old.text};
    for (size_t i = 0; i < 2; i++) {
        size_t len = strlen(parts[i]);
        size_t kept = len <= room ? len : rune_whole(parts[i], room);
        memcpy(why->text + at, parts[i], kept);
        at += kept;
        room -= kept;
    }
    why->text[at] = '\0';
    return false;
}
