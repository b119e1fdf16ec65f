#include "parse/json_keys.h"

#include "base/mem.h"
#include <stdlib.h>

static unsigned new_node(struct json_keys *k)
{
    k->nodes = mem_grow(k->nodes, k->node_count + 1u, sizeof *k->nodes);
    k->nodes[k->node_count] = (struct json_node){{0}};
    return k->node_count++;
}

/* The key's index in a node, made when it is new; JSON_KEYS_MAX when there is no room. */
static unsigned have_key(struct json_keys *k, unsigned node, struct text name)
{
    const struct json_key *old = json_keys_find(k, node, name.at, name.len);
    if (old != NULL) {
        return (unsigned)(old - k->keys);
    }
    if (k->key_count == JSON_KEYS_MAX) {
        return JSON_KEYS_MAX;
    }
    uint8_t *first = &k->nodes[node].first[json_hash(name.at, name.len)];
    k->keys = mem_grow(k->keys, k->key_count + 1u, sizeof *k->keys);
    k->keys[k->key_count] =
        (struct json_key){mem_string(name), (uint32_t)name.len, JSON_NO_SLOT, 0, *first, 0};
    *first = (uint8_t)(k->key_count + 1);
    return k->key_count++;
}

static void start(struct json_keys *k)
{
    if (k->node_count == 0) {
        new_node(k);
        new_node(k);
    }
}

bool json_keys_add(struct json_keys *k, struct text dotted_path, uint8_t slot)
{
    struct text step;
    start(k);
    for (unsigned node = JSON_ROOT; text_split(&dotted_path, '.', &step);) {
        unsigned key = have_key(k, node, step);
        if (key == JSON_KEYS_MAX) {
            return false;
        }
        k->keys[key].below |= UINT64_C(1) << slot;
        if (dotted_path.len == 0) {
            k->keys[key].slot = slot;
            return true;
        }
        if (k->keys[key].node == 0) {
            unsigned inner = new_node(k);
            k->keys[key].node = (uint8_t)inner;
        }
        node = k->keys[key].node;
    }
    return true;
}

bool json_keys_add_flat(struct json_keys *k, struct text name, uint8_t slot)
{
    start(k);
    unsigned key = have_key(k, JSON_ROOT, name);
    if (key == JSON_KEYS_MAX) {
        return false;
    }
    k->keys[key].below |= UINT64_C(1) << slot;
    k->keys[key].slot = slot;
    return true;
}

void json_keys_done(struct json_keys *k)
{
    for (unsigned i = 0; i < k->key_count; i++) {
        free(k->keys[i].name);
    }
    free(k->keys);
    free(k->nodes);
    *k = (struct json_keys){0};
}
