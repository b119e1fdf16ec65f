/* hash.h - the keyed hash of everything that a client can choose.
 *
 * Keyed by a secret drawn once per process (getrandom), so that nobody outside
 * can craft keys that collide. Not for storage: the value differs from run to
 * run. Thread: any after hash_start(). */
#ifndef SPATE_BASE_HASH_H
#define SPATE_BASE_HASH_H

#include "base/text.h"
#include <stdint.h>

/* Draws the secret. Called once by main before any thread; without it a fixed
 * secret is in force (what tests want: the same run every time). */
void hash_start(void);

uint64_t hash_text(struct text key);

#endif
