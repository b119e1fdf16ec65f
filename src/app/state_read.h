/* state_read.h - what a state holds, read as a whole before anything of it is believed.
 *
 * A piece whose seal is broken means that the file is damaged; one that is whole, but of another
 * version than ours, that another version of spate wrote it: nothing is guessed then. Main thread.
 */
#ifndef SPATE_APP_STATE_READ_H
#define SPATE_APP_STATE_READ_H

#include "app/state_ledger.h"
#include "base/hash.h"
#include "store/store.h"

#define STATE_SECRET "secret" /* a part: the key of hashes */

enum { STATE_PART_VERSION = 1, STATE_NAMED_MOST = 4096 };

struct state_read {
    struct ledger *ledger; /* what follows is the caller's */
    uint8_t secret[HASH_SECRET];
    bool has_secret;
    char **named; /* files and patterns that the run before was given */
    size_t named_count;
    const char *foreign; /* "an older", "a newer"; NULL: it is of our version */
};

/* Not DB_DONE: *r holds an empty ledger. */
enum db_result state_read(struct store *store, struct state_read *r);

void state_drop_named(char **named, size_t count);

#endif
