/* place.h - the directory that a state lies in, held by one process at a time.
 *
 * Made with mode 0700; one that others may write, or that belongs to somebody else, is refused,
 * and so is a symbolic link. Owns the directory's descriptor and the lock, which the kernel drops
 * however the process ends. Main thread opens; one thread at a time uses it. */
#ifndef SPATE_STORE_PLACE_H
#define SPATE_STORE_PLACE_H

#include "base/error.h"
#include <stdbool.h>
#include <stdint.h>

struct place;

enum place_hold {
    PLACE_HELD,  /* made when it is not there, and locked */
    PLACE_LOOKED /* only to be read; must be there */
};

/* `linked`: the directory may be a symbolic link (systemd's STATE_DIRECTORY may be one). NULL with
 * *why: one line that names the directory, and the process that holds it when that is the reason.
 */
struct place *place_open(const char *dir, enum place_hold hold, bool linked, struct error *why);
void place_close(struct place *p); /* accepts NULL */

/* The real path of a file in it; lives as long as the place. */
const char *place_file(const struct place *p);

/* Makes the file with mode 0600 if it is not there. False with *why when something else stands
 * there. */
bool place_ready(struct place *p, struct error *why);
/* True when the file is there. */
bool place_has_file(const struct place *p);

/* True when nothing can be in it: it is not there, or empty. */
bool place_is_fresh(const struct place *p);
/* Removes the file and what belongs to it: for what was fresh, and could not be made whole. */
void place_empty(struct place *p);
/* True when what was last written lies beside it. */
bool place_has_log(const struct place *p);

/* What stands there now is the file that is used from now on. */
void place_remember(struct place *p);
/* What became of it under its user. */
enum place_fate { PLACE_SAME, PLACE_GONE, PLACE_OTHER };
enum place_fate place_fate(const struct place *p);
/* Makes way for another one: removes what is left of one that is gone, makes and takes the directory
 * anew when it was deleted. False with *why. */
bool place_clear(struct place **p, struct error *why);

/* Renames the file, and what belongs to it, to NAME.damaged-<time>; the new name comes in `name`.
 * False with *why. */
enum { PLACE_NAME_SIZE = 64 };
bool place_put_aside(struct place *p, int64_t wall_s, char name[PLACE_NAME_SIZE],
                     struct error *why);

#endif
