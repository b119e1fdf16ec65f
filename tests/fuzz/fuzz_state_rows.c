/* fuzz_state_rows.c - whatever the tables of a sound database hold, a run starts with it, or says
 * why it does not.
 *
 * The input is the rows (lib/rows_db.h), through the seam of store/db.h: no SQLite, ten times as
 * quick as with it. Files are in fuzz_state_file.c, blobs by themselves in fuzz_state.c. */
#include "app/state.h"
#include "fuzz/state_dir.h" /* for the lock, and what is put aside */
#include "lib/rows_db.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_message(void *ctx, const struct store_message *row)
{
    struct notify_event e;
    (void)ctx;
    notify_event_unpack(row->bytes, &e);
    return true;
}

static void try_rows(struct text rows)
{
    static unsigned run;
    struct error why = {0};
    size_t count;
    if (++run % 64 == 0)
        empty_directory();
    static const char *const named[] = {"/log", "/var/log/*.log"};
    struct rows_db *db = rows_db_new(rows);
    struct state *s = state_open(dir, false, rows_db_calls(db), named, 2, &why);
    check(s || why.text[0]);
    if (s) {
        const struct follow_resume *resume = state_resume(s, &count);
        for (size_t i = 0; i < count; i++)
            check(resume[i].path && resume[i].position.anchor_len <= resume[i].position.offset);
        state_messages(s, on_message, NULL);
    }
    state_free(s);
    struct store_options o = state_store_options(dir, false);
    o.db = rows_db_calls(db);
    struct store *store = store_look(&o, &why);
    if (store) {
        store_alerts(store, 0, INT64_MIN, on_alert, NULL);
        store_rollups(store, STORE_MINUTES, INT64_MIN, INT64_MAX, on_rollup, NULL);
    }
    store_close(store);
    rows_db_free(db);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    make_directory();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    forget_secret();
    try_rows(text_make((const char *)data, size));
    return 0;
}
