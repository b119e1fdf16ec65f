/* States whose tables contradict themselves: what SQLite itself does not see. */
#include "app/state.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "base/pack.h"
#include "lib/rows_db.h"

enum { PARTS = 0, SEALED = 1 << 3 };

static void add_named(struct buf *rows, const char *path)
{
    struct buf inside = {0};
    buf_byte(rows, PARTS | SEALED);
    pack_text(rows, TEXT("named"));
    pack_u64(&inside, 1);
    pack_text(&inside, text_of(path));
    pack_text(rows, buf_text(&inside));
    buf_done(&inside);
}

/* How many files of the directory begin so; all are gone afterwards. */
static unsigned take_files(const char *dir, const char *start)
{
    unsigned count = 0;
    DIR *d = opendir(dir);
    cr_assert(d);
    for (struct dirent *e; (e = readdir(d));) {
        count += text_starts(text_of(e->d_name), text_of(start));
        if (e->d_name[0] != '.')
            unlinkat(dirfd(d), e->d_name, 0);
    }
    closedir(d);
    return count;
}

/* What is gone on with, and whether the file was put aside. */
static size_t resumed(const struct buf *rows, bool *aside)
{
    char dir[] = "/tmp/spate-rows-XXXXXX";
    struct error why = {0};
    size_t count;
    cr_assert(mkdtemp(dir));
    struct rows_db *db = rows_db_new(buf_text(rows));
    struct state *s = state_open(dir, false, rows_db_calls(db), NULL, 0, &why);
    cr_assert(s, "%s", why.text);
    state_resume(s, &count);
    state_free(s);
    rows_db_free(db);
    *aside = take_files(dir, "state.db.damaged-") > 0;
    rmdir(dir);
    return count;
}

Test(state_rows, one_that_names_its_logs_is_gone_on_with)
{
    struct buf rows = {0};
    bool aside;
    add_named(&rows, "/var/log/a");
    cr_expect_eq(resumed(&rows, &aside), 1);
    cr_expect_not(aside);
    buf_done(&rows);
}

Test(state_rows, one_that_names_its_logs_twice_is_put_aside)
{
    struct buf rows = {0};
    bool aside;
    add_named(&rows, "/var/log/a");
    add_named(&rows, "/var/log/b");
    cr_expect_eq(resumed(&rows, &aside), 0);
    cr_expect(aside);
    buf_done(&rows);
}
