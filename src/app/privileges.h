/* privileges.h - gives up what following logs does not need, for good.
 *
 *   every run            no program that it starts gains a right (NO_NEW_PRIVS)
 *   started as root      becomes another user before the first log is opened, and keeps no
 * capability; logs are opened again after each rotation, so that user must be able to read them
 *   where only root can  without --user: stays root by name, without a capability (it still reads
 * what belongs to root); with --user NAME: an error
 *   --user root          stays root
 *
 * Main thread, before there are others. */
#ifndef SPATE_APP_PRIVILEGES_H
#define SPATE_APP_PRIVILEGES_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* What must be within reach afterwards. */
struct privileges_need {
    const char *const
        *paths; /* to be read: logs, globs, secrets; one that is missing must be able to appear */
    size_t count;
    const char *state; /* a directory to be written to; NULL: none. Made and given to the user where
                          it is root's */
    bool state_linked; /* it may be a symbolic link */
};

/* `user`: NAME[:GROUP] or numbers; NULL: nobody, with group adm. *told: what people should know,
 * safe; empty when all is as expected. False with *why. */
bool privileges_drop(const char *user, const struct privileges_need *need, struct error *told,
                     struct error *why);

/* Whether it names a user of this system; NULL does. */
bool privileges_know(const char *user, struct error *why);

#endif
