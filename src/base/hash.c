#include "base/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#ifndef NDEBUG
#define XXH_NO_INLINE_HINTS 1 /* gcc -Og cannot inline all that it demands */
#endif
#include <xxhash.h>

#include "base/note.h"

/* The whole secret is random, not a 64-bit seed alone: a seed is only added to the
 * published secret on keys up to 240 bytes, which is nearly all of ours. Written once
 * before any thread starts, only read after that. */
static _Alignas(64) unsigned char secret[XXH3_SECRET_DEFAULT_SIZE];
static bool drawn;

_Static_assert(sizeof secret == HASH_SECRET, "what a state keeps is the whole secret");

void hash_start(void)
{
    size_t have = 0;
    while (have < sizeof secret) {
        ssize_t got = getrandom(secret + have, sizeof secret - have, 0);
        if (got < 0 && errno != EINTR)
            note_fatal("the system gives no random bytes: %s", strerror(errno));
        if (got > 0)
            have += (size_t)got;
    }
    drawn = true;
}

void hash_start_with(const uint8_t kept[HASH_SECRET])
{
    memcpy(secret, kept, sizeof secret);
    drawn = true;
}

void hash_secret(uint8_t out[HASH_SECRET])
{
    memcpy(out, secret, sizeof secret);
}

uint64_t hash_checksum(struct text bytes)
{
    return XXH3_64bits(bytes.at, bytes.len);
}

uint64_t hash_text(struct text key)
{
    if (!drawn)
        return XXH3_64bits(key.at, key.len);
    return XXH3_64bits_withSecret(key.at, key.len, secret, sizeof secret);
}
