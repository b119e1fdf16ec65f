/* Which names are generations of a log, and in which order. */
#include <criterion/criterion.h>

#include "lib/memfs.h"
#include "source/paths.h"
#include "source/siblings.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(siblings, are_told_by_name)
{
    static const struct {
        const char *log, *name;
        enum sibling_kind kind;
        const char *mark;
        bool compressed;
    } rows[] = {
        {"a.log", "a.log", SIBLING_NONE, "", false},
        {"a.log", "a.log.1", SIBLING_NUMBERED, "1", false},
        {"a.log", "a.log.12.gz", SIBLING_NUMBERED, "12.gz", true},
        {"a.log", "a.log-20261120", SIBLING_DATED, "20261120", false},
        {"a.log", "a.log-20261120-0312.zst", SIBLING_DATED, "20261120-0312.zst", true},
        {"a.log", "a.log.2026-11-20", SIBLING_DATED, "2026-11-20", false},
        {"a.log", "a.log-1795144158", SIBLING_DATED, "1795144158", false},
        {"a.log", "a-20261120.log", SIBLING_DATED, "20261120.log", false},
        {"a.log", "a.1.log", SIBLING_NUMBERED, "1.log", false},
        {"a.log", "a.log.old", SIBLING_OTHER, "old", false},
        {"a.log", "a.log.gz", SIBLING_NONE, "", true},
        {"a.log", "a.log.swp", SIBLING_NONE, "", false},
        {"a.log", "a.log1", SIBLING_NONE, "", false},
        {"a.log", "aa.log.1", SIBLING_NONE, "", false},
        {"a.log", "a.log.", SIBLING_NONE, "", false},
        {"a.log", "a.log.1.tmp", SIBLING_NONE, "", false},
        {"log", "log.3", SIBLING_NUMBERED, "3", false},
        {".log", "x.log", SIBLING_NONE, "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *mark = "";
        bool compressed = false;
        enum sibling_kind kind = sibling_kind_of(rows[i].log, rows[i].name, &mark, &compressed);
        cr_expect_eq(kind, rows[i].kind, "%s", rows[i].name);
        cr_expect_eq(compressed, rows[i].compressed, "%s", rows[i].name);
        if (kind != SIBLING_NONE)
            cr_expect_str_eq(mark, rows[i].mark);
    }
}

Test(siblings, are_listed_oldest_first)
{
    static const char *const made[] = {"/l/a.log.2", "/l/a.log.10.gz",   "/l/a.log.1",
                                       "/l/b.log.1", "/l/a.log.3.xz",    "/l/a.log-20261102",
                                       "/l/a.log",   "/l/a.log-20261101"};
    static const char *const want[] = {"/l/a.log.10.gz", "/l/a.log.2", "/l/a.log.1",
                                       "/l/a.log-20261101", "/l/a.log-20261102"};
    struct memfs *fs = memfs_new();
    struct siblings s;
    memfs_mkdir(fs, "/l");
    memfs_mkdir(fs, "/l/a.log.7");
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        memfs_create(fs, made[i]);
    cr_assert_eq(siblings_list(&s, memfs_os(fs), "/l/a.log"), 0);
    cr_assert_eq(s.count, sizeof want / sizeof *want);
    for (size_t i = 0; i < s.count; i++)
        cr_expect_str_eq(s.at[i].path, want[i]);
    siblings_done(&s);
    memfs_free(fs);
}

Test(siblings, of_a_link_are_also_beside_what_it_leads_to)
{
    struct memfs *fs = memfs_new();
    struct siblings s;
    memfs_mkdir(fs, "/l");
    memfs_mkdir(fs, "/data");
    memfs_create(fs, "/data/real.log");
    memfs_create(fs, "/data/real.log.1");
    memfs_link(fs, "/data/real.log", "/l/a.log");
    cr_assert_eq(siblings_list(&s, memfs_os(fs), "/l/a.log"), 0);
    cr_assert_eq(s.count, 1);
    cr_expect_str_eq(s.at[0].path, "/data/real.log.1");
    siblings_done(&s);
    memfs_free(fs);
}

Test(paths, are_taken_apart_and_joined)
{
    static const char *const rows[][3] = {{"a.log", ".", "a.log"},     {"/a.log", "/", "a.log"},
                                          {"/x/a.log", "/x", "a.log"}, {"x//a.log", "x", "a.log"},
                                          {"./a.log", ".", "a.log"},   {".", "..", "."}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *directory = path_directory(rows[i][0]);
        cr_expect_str_eq(directory, rows[i][1]);
        cr_expect_str_eq(path_name(rows[i][0]), rows[i][2]);
        free(directory);
    }
    static const char *const joins[][3] = {
        {"/", "a", "/a"}, {"/x", "a", "/x/a"}, {"", "a", "a"}, {"x/", "a", "x/a"}};
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        char *joined = path_join(joins[i][0], joins[i][1]);
        cr_expect_str_eq(joined, joins[i][2]);
        free(joined);
    }
}

/* ---- A rotation in the midst of looking ------------------------------------------------------ */

static struct memfs *rotating;
static const struct os *steady;
static int rotations_left;

static void rotate(void)
{
    char from[32], to[32];
    for (int i = 8; i > 0; i--) {
        snprintf(from, sizeof from, "/l/a.log.%d", i);
        snprintf(to, sizeof to, "/l/a.log.%d", i + 1);
        if (memfs_inode(rotating, from))
            memfs_rename(rotating, from, to);
    }
    memfs_rename(rotating, "/l/a.log", "/l/a.log.1");
    memfs_create(rotating, "/l/a.log");
}

struct names {
    char at[16][64];
    size_t count;
};

static bool keep_name(void *ctx, const char *name)
{
    struct names *n = ctx;
    snprintf(n->at[n->count++], sizeof n->at[0], "%s", name);
    return true;
}

/* The names as they were before a rotation, given out after it. */
static int list_late(void *self, const char *dir, bool (*each)(void *ctx, const char *name),
                     void *ctx)
{
    struct names names = {0};
    int result = steady->list(self, dir, keep_name, &names);
    if (rotations_left > 0 && rotations_left--)
        rotate();
    for (size_t i = 0; i < names.count && each(ctx, names.at[i]); i++)
        ;
    return result;
}

Test(siblings, none_is_missed_while_all_are_renamed)
{
    for (int rotations = 0; rotations < 5; rotations++) {
        struct siblings s;
        rotating = memfs_new();
        steady = memfs_os(rotating);
        struct os late = *steady;
        late.list = list_late;
        memfs_mkdir(rotating, "/l");
        memfs_create(rotating, "/l/a.log");
        rotate();
        rotate();
        rotations_left = rotations;
        cr_assert_eq(siblings_list(&s, &late, "/l/a.log"), 0);
        cr_assert_eq(s.count, (size_t)rotations + 2, "%d rotations: %zu", rotations, s.count);
        for (size_t i = 0; i < s.count; i++)
            cr_expect_eq((uint64_t)s.at[i].facts.id.birth_ns, memfs_inode(rotating, s.at[i].path));
        siblings_done(&s);
        memfs_free(rotating);
    }
}

Test(siblings, are_found_among_names_that_are_known)
{
    struct memfs *fs = memfs_new();
    struct siblings_names names = {0};
    struct siblings s;
    memfs_mkdir(fs, "/log");
    memfs_mkdir(fs, "/other");
    memfs_write(fs, "/log/a.log", "a\n");
    memfs_write(fs, "/log/a.log.1", "a\n");
    memfs_write(fs, "/log/a.log.2", "a\n");
    memfs_write(fs, "/log/b-20261119.log", "a\n");
    memfs_write(fs, "/other/a.log.7", "a\n");
    const struct os *os = memfs_os(fs);
    cr_assert_eq(siblings_list_known(&s, os, "/log/a.log", &names), 0);
    cr_expect_eq(s.count, 2);
    siblings_done(&s);
    memfs_rename(fs, "/log/a.log.1", "/log/a.log.3");
    cr_assert_eq(siblings_list_known(&s, os, "/log/a.log", &names), 0);
    cr_expect_eq(s.count, 1, "what is no longer there is not one, what is new is not known");
    siblings_done(&s);
    cr_assert_eq(siblings_list_known(&s, os, "/log/b.log", &names), 0);
    cr_expect_eq(s.count, 1);
    siblings_done(&s);
    cr_assert_eq(siblings_list_known(&s, os, "/other/a.log", &names), 0);
    cr_expect_eq(s.count, 1);
    siblings_done(&s);
    cr_assert_eq(siblings_list_known(&s, os, "/log/a.log", &names), 0);
    cr_expect_eq(s.count, 2, "read anew");
    siblings_done(&s);
    siblings_names_done(&names);
    memfs_free(fs);
}
