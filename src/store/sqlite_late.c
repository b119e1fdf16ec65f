#include "store/sqlite_late.h"

#include "base/late.h"

struct sqlite_calls sqlite;

static const struct late_call calls[] = {
#define SQLITE_CALL(name) {"sqlite3_" #name, &sqlite.name},
    SQLITE_CALLS(SQLITE_CALL)
#undef SQLITE_CALL
};

static struct late library =
    LATE("libsqlite3.so.0", "there is no state without SQLite", calls, NULL);

bool sqlite_late(struct error *why)
{
    return late_load(&library, why);
}
