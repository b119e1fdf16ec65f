#include "parse/server_config_names.h"

#include "base/hash.h"
#include "base/mem.h"
#include <stdlib.h>

static uint64_t hash_of(struct text name, uint32_t scope)
{
    return hash_text(name) + scope * UINT64_C(0x9e3779b97f4a7c15);
}

/* There are twice as many slots as there is room for names, so that one is always free. */
static size_t next_slot(const struct names *n, uint64_t hash, size_t tries)
{
    return (hash + tries) % (2 * n->room);
}

static bool is_it(const struct names *n, size_t at, struct text name, uint32_t scope, uint64_t hash)
{
    const struct name *other = &n->list[at];
    return other->hash == hash && other->scope == scope && other->len == name.len &&
           (!name.len || !memcmp(n->bytes.at + other->at, name.at, name.len));
}

size_t names_find(const struct names *n, struct text name, uint32_t scope)
{
    uint64_t hash = hash_of(name, scope);
    size_t found;
    for (size_t tries = 0; n->room && (found = n->slots[next_slot(n, hash, tries)]); tries++)
        if (is_it(n, found - 1, name, scope, hash))
            return found - 1;
    return SIZE_MAX;
}

static void put_into_slot(struct names *n, size_t at)
{
    size_t tries = 0;
    while (n->slots[next_slot(n, n->list[at].hash, tries)])
        tries++;
    n->slots[next_slot(n, n->list[at].hash, tries)] = at + 1;
}

static void grow(struct names *n)
{
    n->room = n->room ? n->room * 2 : 16;
    n->list = mem_grow(n->list, n->room, sizeof *n->list);
    free(n->slots);
    n->slots = mem_new(2 * n->room, sizeof *n->slots);
    for (size_t i = 0; i < n->count; i++)
        put_into_slot(n, i);
}

size_t names_add(struct names *n, struct text name, uint32_t scope)
{
    if (n->count == n->room)
        grow(n);
    n->list[n->count] = (struct name){n->bytes.len, name.len, hash_of(name, scope), scope};
    buf_add(&n->bytes, name);
    put_into_slot(n, n->count);
    return n->count++;
}

void names_done(struct names *n)
{
    buf_done(&n->bytes);
    free(n->list);
    free(n->slots);
    *n = (struct names){0};
}
