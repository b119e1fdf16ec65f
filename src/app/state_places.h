/* state_places.h - a place in a followed file as the bytes of a row, and back. Pure. */
#ifndef SPATE_APP_STATE_PLACES_H
#define SPATE_APP_STATE_PLACES_H

#include <stdbool.h>
#include "base/buf.h"
#include "base/text.h"
#include "record/position.h"

/* The key of a file among the places: appended. */
void place_pack_identity(const struct file_identity *id, struct buf *out);

/* Path, identity, offset and anchor, sealed; appended. */
void place_pack(struct text path, const struct position *p, struct buf *out);

enum { PLACE_VERSION = 1 };

/* False when the bytes are damaged, or not those of that key. */
bool place_unpack(struct text path, struct text identity, struct text bytes, struct position *p);

#endif
