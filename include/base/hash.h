/* hash.h - the keyed hash of everything that a client can choose.
 *
 * Keyed by a secret drawn once per process (getrandom), so that nobody outside
 * can craft keys that collide. Differs from run to run, but where a state keeps the secret, so that
 * hashes which it holds stay right. Thread: any after hash_start(). */
#ifndef SPATE_BASE_HASH_H
#define SPATE_BASE_HASH_H

#include "base/text.h"
#include <stdint.h>

/* Draws the secret. Called once by main before any thread; without it a fixed
 * secret is in force (what tests want: the same run every time). */
void hash_start(void);

enum { HASH_SECRET = 192 };

/* Takes a secret that was kept in place of the drawn one; before any hash was made. */
void hash_start_with(const uint8_t secret[HASH_SECRET]);
/* The secret in force, to be kept where nobody else can read it. */
void hash_secret(uint8_t secret[HASH_SECRET]);

uint64_t hash_text(struct text key);

/* The same in every run and for everyone: for noticing damage, not for tables. */
uint64_t hash_checksum(struct text bytes);

#endif
