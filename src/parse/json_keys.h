/* json_keys.h - which keys of a JSON object are looked for: a small tree, compiled once.
 *
 * Every path ("request.headers.Referer") ends in a slot, a number below JSON_SLOTS under which
 * the scanner reports its value; several paths may share one. Constant after it is built:
 * any number of threads may look keys up. Owns its memory: `= {0}` and json_keys_done(). */
#ifndef SPATE_PARSE_JSON_KEYS_H
#define SPATE_PARSE_JSON_KEYS_H

#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    JSON_SLOTS = 64, /* a set of slots is a uint64_t */
    JSON_NO_SLOT = 255,
    JSON_HASHES = 64,
    JSON_KEYS_MAX = 250
};

struct json_key {
    char *name;
    uint32_t len;
    uint8_t slot;   /* JSON_NO_SLOT: only a step on the way */
    uint8_t node;   /* the keys inside its object; 0: none */
    uint8_t next;   /* the next key of the same hash + 1; 0: none */
    uint64_t below; /* its slot and all slots inside its object */
};

struct json_node {
    uint8_t first[JSON_HASHES]; /* key + 1; 0: none */
};

struct json_keys {
    struct json_key *keys;
    struct json_node *nodes; /* [0] means "nothing of interest", [1] is the root */
    uint8_t key_count, node_count;
};

/* False when there are too many keys. */
bool json_keys_add(struct json_keys *k, struct text dotted_path, uint8_t slot);
/* The same for a key of the root that holds dots itself. */
bool json_keys_add_flat(struct json_keys *k, struct text key, uint8_t slot);
void json_keys_done(struct json_keys *k);

enum { JSON_ROOT = 1 };

static inline unsigned json_hash(const char *at, size_t len)
{
    if (len == 0) {
        return 0;
    }
    unsigned first = (unsigned char)at[0], last = (unsigned char)at[len - 1];
    return (first * 3 + last * 7 + (unsigned)len * 5) % JSON_HASHES;
}

/* The key of that name in a node; NULL when it is of no interest. */
static inline const struct json_key *json_keys_find(const struct json_keys *k, unsigned node,
                                                    const char *at, size_t len)
{
    unsigned index = k->nodes[node].first[json_hash(at, len)];
    while (index != 0) {
        const struct json_key *key = &k->keys[index - 1];
        if (key->len == len && memcmp(key->name, at, len) == 0) {
            return key;
        }
        index = key->next;
    }
    return NULL;
}

#endif
