#include "monitor/dimensions.h"

#include <assert.h>

struct dimension_row {
    const char *key, *word;
    enum field field;
    uint32_t room;
};

/* The rooms are chosen so that all tables together stay below 20 MB when every line is an attack,
 * and that a list of a hundred is exact on any log with fewer keys than that. */
enum {
    ROOM_SECTIONS = 16384,
    ROOM_PATHS = 32768,
    ROOM_ADDRESSES = 32768,
    ROOM_VHOSTS = 4096,
    ROOM_METHODS = 1024,
    ROOM_REFERRERS = 16384,
    ROOM_AGENTS = 16384
};

static const struct dimension_row ROWS[DIMENSION_ALL_COUNT] = {
#define DIMENSION_ROW(id, key, field, word)                                                        \
    [DIMENSION_##id] = {key, word, FIELD_##field, ROOM_##id},
    DIMENSION_ROWS(DIMENSION_ROW)
#undef DIMENSION_ROW
        [DIMENSION_STATUS] = {"status", "status", FIELD_STATUS, 0},
    [DIMENSION_VISITORS] = {"visitors", "visitors", FIELD_HOST, 0},
    [DIMENSION_REQUEST_TIME] = {"request_time", "request time", FIELD_REQUEST_TIME, 0},
};

const char *dimension_key(enum dimension d)
{
    assert(d < DIMENSION_ALL_COUNT);
    return ROWS[d].key;
}

const char *dimension_word(enum dimension d)
{
    assert(d < DIMENSION_ALL_COUNT);
    return ROWS[d].word;
}

enum field dimension_field(enum dimension d)
{
    assert(d < DIMENSION_ALL_COUNT);
    return ROWS[d].field;
}

uint32_t dimension_room(enum dimension d)
{
    assert(d < DIMENSION_COUNT);
    return ROWS[d].room;
}

field_set dimension_fields(dimension_set set)
{
    field_set fields = FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_STATUS) | FIELD_BIT(FIELD_BYTES);
    for (unsigned d = 0; d < DIMENSION_ALL_COUNT; d++)
        if (set & DIMENSION_BIT(d))
            fields |= FIELD_BIT(ROWS[d].field);
    return fields;
}
