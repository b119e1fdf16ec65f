/* nettle_late.h - nettle, loaded with the first channel.
 *
 * Constant once it is loaded; thread: any. */
#ifndef SPATE_NOTIFY_NETTLE_LATE_H
#define SPATE_NOTIFY_NETTLE_LATE_H

#include "base/error.h"
#include <nettle/hmac.h>
#include <nettle/sha2.h>

#define NETTLE_CALLS(ROW)                                                                          \
    ROW(nettle_sha256_init)                                                                        \
    ROW(nettle_sha256_update)                                                                      \
    ROW(nettle_sha256_digest)                                                                      \
    ROW(nettle_hmac_sha256_set_key)                                                                \
    ROW(nettle_hmac_sha256_update)                                                                 \
    ROW(nettle_hmac_sha256_digest)

/* nettle.sha256_init() is sha256_init(), and so on: that word is a macro for the longer name. */
struct nettle_calls {
#define NETTLE_CALL(name) __typeof__(name) *name;
    NETTLE_CALLS(NETTLE_CALL)
#undef NETTLE_CALL
};

/* Only after nettle_late() was true. */
extern struct nettle_calls nettle;

/* Loads it unless that was done. False with *why when it is not to be had. */
bool nettle_late(struct error *why);

#endif
