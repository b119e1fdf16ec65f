/* store_rig.h - a store in a directory of its own, whose roll-ups are plain numbers, and what is in
 * it as one line of text. */
#ifndef SPATE_TESTS_STORE_RIG_H
#define SPATE_TESTS_STORE_RIG_H

#include "base/buf.h"
#include "store/store.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char rig_dir[64];

static inline const char *rig_path(const char *name)
{
    static char paths[4][256]; /* so many are alive at a time */
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/state/%s", rig_dir, name);
    return path;
}

static inline void rig_make(void)
{
    strcpy(rig_dir, "/tmp/spate-store-XXXXXX");
    cr_assert(mkdtemp(rig_dir));
}

static inline void rig_remove(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", rig_dir);
    cr_assert_eq(system(command), 0);
}

static inline uint64_t rig_number(struct text bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.len; i++)
        number = number * 10 + (uint64_t)(bytes.at[i] - '0');
    return number;
}

static inline void rig_merge(struct text old, struct text more, struct buf *out,
                             struct store_sums *sums)
{
    sums->hits = rig_number(old) + rig_number(more);
    sums->bytes = sums->hits * 10;
    buf_u64(out, sums->hits);
}

static inline struct store_options rig_options(const struct db_calls *db)
{
    static char dir[128];
    snprintf(dir, sizeof dir, "%s/state", rig_dir);
    return (struct store_options){.dir = dir,
                                  .db = db,
                                  .bytes_most = 256 << 20,
                                  .minutes_s = 2 * 86400,
                                  .hours_s = 60 * 86400,
                                  .merge = rig_merge};
}

static inline struct store *rig_open(const struct db_calls *db)
{
    struct store_options o = rig_options(db);
    struct error why = {0};
    struct store *s = store_open(&o, 1000000000, &why);
    cr_assert(s, "%s", why.text);
    return s;
}

static inline bool rig_part(void *ctx, struct text name, struct text bytes)
{
    if (!text_same(name, TEXT("schema")))
        buf_printf(ctx, "%.*s=%.*s ", (int)name.len, name.at, (int)bytes.len, bytes.at);
    return true;
}

static inline bool rig_place(void *ctx, struct text path, struct text identity,
                             struct text position)
{
    buf_printf(ctx, "%.*s#%.*s@%.*s ", (int)path.len, path.at, (int)identity.len, identity.at,
               (int)position.len, position.at);
    return true;
}

static inline bool rig_seconds(void *ctx, int64_t start, struct text slots)
{
    buf_printf(ctx, "s%lld:%.*s ", (long long)start, (int)slots.len, slots.at);
    return true;
}

struct rig_rollups {
    struct buf *out;
    char letter;
};

static inline bool rig_rollup(void *ctx, int64_t start, struct text bytes)
{
    struct rig_rollups *r = ctx;
    buf_printf(r->out, "%c%lld:%.*s ", r->letter, (long long)start, (int)bytes.len, bytes.at);
    return true;
}

/* All that a store holds; freed by the caller. */
static inline char *rig_contents(struct store *s)
{
    struct buf out = {0};
    struct store_reader reader = {rig_part, rig_place, rig_seconds, &out};
    cr_assert_eq(store_read(s, &reader), DB_DONE, "%s", store_why(s));
    for (enum store_span span = STORE_MINUTES; span < STORE_SPANS; span++) {
        struct rig_rollups r = {&out, "mhd"[span]};
        cr_assert_eq(store_rollups(s, span, INT64_MIN, INT64_MAX, rig_rollup, &r), DB_DONE);
    }
    buf_byte(&out, 0);
    return out.at;
}

static inline void rig_expect(struct store *s, const char *contents)
{
    char *got = rig_contents(s);
    cr_expect_str_eq(got, contents);
    free(got);
}

#endif
