/* client.h - which of two addresses counts as the client's: that of the peer, which the connection
 * came from, or the first of X-Forwarded-For, which a proxy before the server vouches for (and a
 * client may have made up where none does).
 *
 * Pure; thread: any. */
#ifndef SPATE_PARSE_CLIENT_H
#define SPATE_PARSE_CLIENT_H

#include "base/text.h"
#include "record/batch.h"

/* The first member of a list joined by commas that is an IPv4 or IPv6 address, maybe in brackets
 * or with a port, which are left out; len 0 when there is none. */
struct text client_address(struct text forwarded_for);

/* Puts that address in the place of the host, where the entry has such a list with one in it. */
void client_take_forwarded(const struct batch *b, struct entry *e);

#endif
