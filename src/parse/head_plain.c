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

static inline const char *far_quote(const char *at, const char *end, const char *readable)
{
    (void)readable;
    return find_byte(at, end, '"');
}

static inline bool near_spaces(const char *to[3], const char *at, const char *end)
{
    for (unsigned i = 0; i < 3; i++, at++)
        to[i] = at = find_space(at, end);
    return to[2] < end;
}

struct request_marks {
    char none; /* it is looked for when it is wanted */
};

static inline const char *mark_request(struct request_marks *m, const char *at, const char *end)
{
    m->none = 0;
    return near_quote(at, end);
}

static inline const char *section_end(const struct request_marks *m, const char *at,
                                      const char *from, const char *end)
{
    (void)m, (void)at;
    while (from < end && *from != '/' && *from != '?' && *from != '#')
        from++;
    return from;
}

struct frame {
    char bytes[FRAME_LEN];
};

static inline struct frame frame_load(const char at[FRAME_LEN])
{
    struct frame frame;
    memcpy(frame.bytes, at, FRAME_LEN);
    return frame;
}

static inline bool same_frame(const struct frame *known, const char *at)
{
    return memcmp(known->bytes, at, FRAME_LEN) == 0;
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
