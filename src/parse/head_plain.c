/* head_plain.c - the fast reader for any machine. */
#include <string.h>

#include "parse/head.h"

static inline const char *find_byte(const char *at, const char *end, char byte)
{
    const char *hit = at < end ? memchr(at, byte, (size_t)(end - at)) : NULL;
    return hit ? hit : end;
}

static inline const char *find_space(const char *at, const char *end)
{
    return find_byte(at, end, ' ');
}

static inline const char *find_quote(const char *at, const char *end)
{
    return find_byte(at, end, '"');
}

static inline const char *find_section_end(const char *at)
{
    while (*at != '/' && *at != '?' && *at != '#' && *at != ' ' && *at != '"')
        at++;
    return at;
}

static inline bool same_time(const char *a, const char *b)
{
    return memcmp(a, b, STAMP_CLF_LEN) == 0;
}

#define HEAD_READ head_read_plain
#define HEAD_RUN  head_run_plain
#include "parse/head_body.h"
