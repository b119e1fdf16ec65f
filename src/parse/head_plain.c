/* head_plain.c - the fast reader for any machine. */
#include <string.h>

#include "parse/head.h"
#include "parse/head_numbers.h"

static inline const char *find_byte(const char *at, const char *end, char byte)
{
    const char *hit = at < end ? memchr(at, byte, (size_t)(end - at)) : NULL;
    return hit ? hit : end;
}

static inline const char *find_space(const char *at, const char *end)
{
    return find_byte(at, end, ' ');
}

static inline const char *near_quote(const char *at, const char *end)
{
    return find_byte(at, end, '"');
}

static inline bool near_spaces(const char *to[3], const char *at, const char *end)
{
    for (unsigned i = 0; i < 3; i++, at++)
        to[i] = at = find_space(at, end);
    return to[2] < end;
}

static inline const char *find_section_end(const char *at)
{
    while (*at != '/' && *at != '?' && *at != '#' && *at != '"')
        at++;
    return at;
}

struct known_time {
    char at[STAMP_CLF_LEN];
};

static inline struct known_time known_time_of(const char *at)
{
    struct known_time known;
    memcpy(known.at, at, sizeof known.at);
    return known;
}

static inline bool same_time(const struct known_time *known, const char *at)
{
    return memcmp(known->at, at, STAMP_CLF_LEN) == 0;
}

static inline const char *scan_numbers(const char *at, struct usual_numbers *n)
{
    bool no_status;
    const char *to = scan_status(at + 2, &n->status, &no_status);
    if (at[0] != '"' || at[1] != ' ' || !to || no_status || *to != ' ')
        return NULL;
    return scan_count(to + 1, &n->size, &n->no_size);
}

#define HEAD_READ head_read_plain
#define HEAD_RUN  head_run_plain
#include "parse/head_body.h"
