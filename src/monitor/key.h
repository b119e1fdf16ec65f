/* key.h - keys that clients choose, as the tables of the monitor hold and hash them.
 *
 * Most keys (sections, addresses, methods) have at most 16 bytes: two words, compared and
 * hashed without a loop. The hash is keyed by the secret of base/hash.h, so that nobody outside can
 * craft keys that collide; it is the same in all tables of a process, so that they merge.
 * Pure. Thread: any. */
#ifndef SPATE_MONITOR_KEY_H
#define SPATE_MONITOR_KEY_H

#include "base/hash.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { KEY_SHORT = 16, KEY_MIDDLE = 48, KEY_LIMIT = 4096 };

struct key_secret {
    uint64_t word[8];
};

/* Comes out of the process's secret: after hash_start(). */
static inline struct key_secret key_secret(void)
{
    return (struct key_secret){{hash_text(TEXT("key 0")), hash_text(TEXT("key 1")),
                                hash_text(TEXT("key 2")), hash_text(TEXT("key 3")) | 1,
                                hash_text(TEXT("key 4")), hash_text(TEXT("key 5")),
                                hash_text(TEXT("key 6")), hash_text(TEXT("key 7"))}};
}

struct key_words {
    uint64_t low, high; /* the bytes in memory order, zeros behind */
};

/* A short key. */
static inline struct key_words key_words(struct text key)
{
    struct key_words w = {0, 0};
    if (key.len)
        memcpy(&w, key.at, key.len);
    return w;
}

/* The same where 16 bytes may be read at key.at, however short the key is. */
static inline struct key_words key_words_slack(const char *at, uint32_t len)
{
    static const uint8_t mask[2 * KEY_SHORT] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    };
    struct key_words w, keep;
    memcpy(&w, at, sizeof w);
    memcpy(&keep, mask + KEY_SHORT - len, sizeof keep);
    return (struct key_words){w.low & keep.low, w.high & keep.high};
}

static inline bool key_words_same(struct key_words a, struct key_words b)
{
    return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;
}

static inline uint64_t key_fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t key_words_hash(struct key_words w, uint32_t len, const struct key_secret *s)
{
    uint64_t h = key_fold(w.low ^ s->word[0], w.high ^ s->word[1]);
    return key_fold(h ^ s->word[2] ^ len, s->word[3]);
}

/* A key of 17 to 48 bytes (addresses of IPv6, most paths): three windows that overlap, so that all
 * lengths are one. */
static inline uint64_t key_middle_hash(const char *at, uint32_t len, const struct key_secret *s)
{
    struct key_words first, middle, last;
    memcpy(&first, at, sizeof first);
    memcpy(&middle, at + (len - KEY_SHORT) / 2, sizeof middle);
    memcpy(&last, at + len - KEY_SHORT, sizeof last);
    uint64_t h = key_fold(first.low ^ s->word[0], first.high ^ s->word[1]) +
                 key_fold(middle.low ^ s->word[4], middle.high ^ s->word[5]) +
                 key_fold(last.low ^ s->word[6], last.high ^ s->word[7]);
    return key_fold(h ^ s->word[2] ^ len, s->word[3]);
}

/* Of more than 16 bytes. */
static inline uint64_t key_long_hash(struct text key, const struct key_secret *s)
{
    if (key.len <= KEY_MIDDLE)
        return key_middle_hash(key.at, (uint32_t)key.len, s);
    return hash_text(key);
}

static inline uint64_t key_hash(struct text key, const struct key_secret *s)
{
    if (key.len > KEY_SHORT)
        return key_long_hash(key, s);
    return key_words_hash(key_words(key), (uint32_t)key.len, s);
}

/* The same where 16 bytes may be read at key.at. */
static inline uint64_t key_hash_slack(struct text key, const struct key_secret *s)
{
    if (key.len > KEY_SHORT)
        return key_long_hash(key, s);
    uint32_t len = (uint32_t)key.len;
    return key_words_hash(key_words_slack(key.at, len), len, s);
}

static inline struct text key_cut(struct text key)
{
    return text_make(key.at, key.len > KEY_LIMIT ? KEY_LIMIT : key.len);
}

#endif
