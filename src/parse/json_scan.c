#include "parse/json_scan.h"

#include "parse/json_stop.h"

/* A line is some seventy strings of ten bytes: the calls would cost as much as the work. */
#define HOT __attribute__((always_inline))

/* Where the scan stands. */
struct scan {
    const struct json_keys *keys;
    const char *p, *end;
    struct json_found *found;
    unsigned slot;              /* of the value that comes next; JSON_NO_SLOT: none */
    unsigned child;             /* the node of its object */
    unsigned depth;             /* open objects and arrays */
    uint16_t level[JSON_DEPTH]; /* node * 2 + 1 of an object, 0 of an array */
};

static bool fail(struct scan *s, const char *at, const char *reason)
{
    s->found->failed = at < s->end ? at : s->end;
    s->found->reason = reason;
    return false;
}

/* The byte at hand; 0, which begins nothing, at the end. */
static inline unsigned char here(const struct scan *s)
{
    return s->p < s->end ? (unsigned char)*s->p : 0;
}

static inline bool is_digit(unsigned char byte)
{
    return (unsigned char)(byte - '0') <= 9;
}

static inline void skip_blank(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r')) {
        s->p++;
    }
}

static bool is_hex(const char *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char low = (unsigned char)(at[i] | 0x20);
        if (!is_digit((unsigned char)at[i]) && (low < 'a' || low > 'f')) {
            return false;
        }
    }
    return true;
}

/* The length of the escape at p; 0 when there is no such escape. */
static unsigned escape_length(struct scan *s, const char *p)
{
    static const uint8_t lengths[256] = {
        ['"'] = 2, ['\\'] = 2, ['/'] = 2, ['b'] = 2, ['f'] = 2, ['n'] = 2,
        ['r'] = 2, ['t'] = 2,  ['u'] = 6, ['v'] = 2, ['x'] = 4};
    size_t left = (size_t)(s->end - p);
    unsigned length = left > 1 ? lengths[(unsigned char)p[1]] : 0;
    if (length == 0 || length > left || (length > 2 && !is_hex(p + 2, length - 2))) {
        return 0;
    }
    if (p[1] == 'x' || p[1] == 'v') {
        s->found->quirks |= QUIRK_ESCAPE;
    }
    return length;
}

/* Takes a string whose opening quote is at hand. */
HOT static inline bool take_string(struct scan *s, struct json_piece *piece)
{
    const char *begin = s->p + 1;
    const char *p = string_stop(begin, s->end);
    bool escaped = false;
    while (p < s->end && *p == '\\') {
        unsigned length = escape_length(s, p);
        if (length == 0) {
            return fail(s, p, "a backslash that begins no escape");
        }
        escaped = true;
        p = string_stop(p + length, s->end);
    }
    if (p >= s->end) {
        return fail(s, s->end, "a string is not closed");
    }
    if (*p != '"') {
        return fail(s, p, "a control character in a string");
    }
    *piece = (struct json_piece){begin, (uint32_t)(p - begin), PIECE_STRING, escaped};
    s->p = p + 1;
    return true;
}

static inline void skip_digits(struct scan *s)
{
    while (s->p < s->end && is_digit((unsigned char)*s->p)) {
        s->p++;
    }
}

/* Takes one number; a lone - where nginx had no value is one, too. */
static bool take_one_number(struct scan *s)
{
    const char *begin = s->p;
    s->p += *s->p == '-';
    const char *digits = s->p;
    skip_digits(s);
    if (s->p == digits) {
        s->found->quirks |= QUIRK_EMPTY;
        return *begin == '-' || fail(s, s->p, "a number has no digits");
    }
    if (*digits == '0' && s->p > digits + 1) {
        s->found->quirks |= QUIRK_ZEROS;
    }
    if (here(s) == '.') {
        s->p++;
        digits = s->p;
        skip_digits(s);
        if (s->p == digits) {
            return fail(s, s->p, "a number ends in a point");
        }
    }
    if ((here(s) | 0x20) == 'e') {
        s->p++;
        s->p += here(s) == '+' || here(s) == '-';
        digits = s->p;
        skip_digits(s);
        if (s->p == digits) {
            return fail(s, s->p, "an exponent has no digits");
        }
    }
    return true;
}

/* Steps to the next item of a bare list (0.1, 0.2 : 0.3); false where the list ends. */
static bool next_of_list(struct scan *s)
{
    const char *back = s->p;
    skip_blank(s);
    if (here(s) == ',' || here(s) == ':') {
        s->p++;
        skip_blank(s);
        if (is_digit(here(s)) || here(s) == '-') {
            s->found->quirks |= QUIRK_LIST;
            return true;
        }
    }
    s->p = back;
    return false;
}

static bool take_number(struct scan *s, struct json_piece *piece)
{
    const char *begin = s->p;
    do {
        if (!take_one_number(s)) {
            return false;
        }
    } while (s->level[s->depth - 1] != 0 && next_of_list(s));
    uint32_t len = (uint32_t)(s->p - begin);
    bool empty = len == 1 && *begin == '-';
    *piece = (struct json_piece){begin, len, empty ? PIECE_EMPTY : PIECE_NUMBER, false};
    return true;
}

static bool take_word(struct scan *s, struct json_piece *piece)
{
    static const struct {
        struct text word;
        enum piece_kind kind;
    } rows[] = {{{"true", 4}, PIECE_WORD}, {{"false", 5}, PIECE_WORD}, {{"null", 4}, PIECE_EMPTY}};
    struct text rest = text_make(s->p, (size_t)(s->end - s->p));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = rows[i].word.len;
        if (rest.len >= len && memcmp(rest.at, rows[i].word.at, len) == 0) {
            *piece = (struct json_piece){rest.at, (uint32_t)len, (uint8_t)rows[i].kind, false};
            s->p += len;
            return true;
        }
    }
    return fail(s, s->p, s->p < s->end ? "no JSON value" : "the line ends inside the object");
}

HOT static inline bool open_level(struct scan *s, bool object)
{
    if (s->depth == JSON_DEPTH) {
        return fail(s, s->p, "nested too deeply");
    }
    s->level[s->depth++] = object ? (uint16_t)(s->child * 2 + 1) : 0;
    s->p++;
    skip_blank(s);
    return true;
}

/* What is known of a key: the slot of its value, the node of its object. What an earlier key
 * of the same name gave is forgotten. */
static inline void know_key(struct scan *s, unsigned node, const struct json_piece *name)
{
    char decoded[256];
    const char *at = name->at;
    size_t len = name->len;
    s->slot = JSON_NO_SLOT;
    s->child = 0;
    if (name->escaped) {
        len = json_decode(decoded, sizeof decoded, text_make(at, len));
        at = decoded;
        if (len == SIZE_MAX) {
            return;
        }
    }
    const struct json_key *key = json_keys_find(s->keys, node, at, len);
    if (key != NULL) {
        s->slot = key->slot;
        s->child = key->node;
        s->found->seen &= ~key->below;
        s->found->objects &= ~key->below;
    }
}

/* "key" and the colon, in an object. */
HOT static inline bool take_key(struct scan *s)
{
    struct json_piece name;
    if (here(s) != '"') {
        return fail(s, s->p,
                    s->p < s->end ? "no \" where a key should begin"
                                  : "the line ends inside the object");
    }
    if (!take_string(s, &name)) {
        return false;
    }
    unsigned node = s->level[s->depth - 1] >> 1;
    if (node != 0) {
        know_key(s, node, &name);
    }
    skip_blank(s);
    if (here(s) != ':') {
        return fail(s, s->p, "a colon is missing behind a key");
    }
    s->p++;
    skip_blank(s);
    return true;
}

static inline void keep(struct scan *s, const struct json_piece *piece)
{
    if (s->slot != JSON_NO_SLOT) {
        s->found->pieces[s->slot] = *piece;
        s->found->seen |= UINT64_C(1) << s->slot;
        s->slot = JSON_NO_SLOT;
    }
}

/* A value that is neither object nor array. */
HOT static inline bool take_scalar(struct scan *s)
{
    struct json_piece piece;
    unsigned char byte = here(s);
    bool good;
    if (byte == '"') {
        good = take_string(s, &piece);
    } else if (is_digit(byte) || byte == '-') {
        good = take_number(s, &piece);
    } else if ((byte == ',' || byte == '}') && s->level[s->depth - 1] != 0) {
        s->found->quirks |= QUIRK_EMPTY;
        piece = (struct json_piece){s->p, 0, PIECE_EMPTY, false};
        good = true;
    } else {
        good = take_word(s, &piece);
    }
    if (good) {
        keep(s, &piece);
    }
    return good;
}

/* Behind a value: closes what ends here, up to the comma before the next member. */
HOT static inline bool take_ends(struct scan *s)
{
    while (s->depth > 0) {
        skip_blank(s);
        unsigned char byte = here(s);
        if (byte == ',') {
            s->p++;
            skip_blank(s);
            return true;
        }
        if (byte != (s->level[s->depth - 1] != 0 ? '}' : ']')) {
            return fail(s, s->p,
                        s->p < s->end ? "neither a comma nor the end behind a value"
                                      : "the line ends inside the object");
        }
        s->p++;
        s->depth--;
        s->slot = JSON_NO_SLOT; /* an empty array takes its slot along */
    }
    return true;
}

/* Takes a value; of an object or array only its beginning, *opened. */
HOT static inline bool take_value(struct scan *s, bool *opened)
{
    unsigned char byte = here(s);
    *opened = false;
    if (byte == '{') {
        if (s->slot != JSON_NO_SLOT && s->level[s->depth - 1] != 0) {
            s->found->objects |= UINT64_C(1) << s->slot;
        }
        s->slot = JSON_NO_SLOT;
        *opened = open_level(s, true);
        return *opened;
    }
    if (byte == '[') {
        s->child = 0;
        *opened = open_level(s, false);
        return *opened;
    }
    return take_scalar(s);
}

/* The values of the object that is open, up to where it closes. */
static bool take_members(struct scan *s)
{
    while (s->depth > 0) {
        bool opened;
        bool object = s->level[s->depth - 1] != 0;
        if (object && !take_key(s)) {
            return false;
        }
        if (!object) {
            s->child = 0;
        }
        if (!take_value(s, &opened)) {
            return false;
        }
        bool empty = opened && here(s) == (s->level[s->depth - 1] != 0 ? '}' : ']');
        if ((!opened || empty) && !take_ends(s)) {
            return false;
        }
    }
    return true;
}

bool json_scan(const struct json_keys *keys, const char *at, const char *end,
               struct json_found *found)
{
    struct scan s; /* not cleared as a whole: level is 2 KiB, a line is a few hundred bytes */
    s.keys = keys;
    s.p = at;
    s.end = end;
    s.found = found;
    s.slot = JSON_NO_SLOT;
    s.depth = 0;
    found->seen = 0;
    found->objects = 0;
    found->quirks = 0;
    skip_blank(&s);
    if (here(&s) != '{') {
        return fail(&s, s.p, "no JSON object");
    }
    s.child = JSON_ROOT;
    if (!open_level(&s, true)) {
        return false;
    }
    if (here(&s) == '}' ? !take_ends(&s) : !take_members(&s)) {
        return false;
    }
    skip_blank(&s);
    return s.p == end || fail(&s, s.p, "something follows the object");
}
