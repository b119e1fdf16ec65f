#include "base/pack.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

enum { SEAL_BYTES = 8 };

void pack_u64(struct buf *out, uint64_t number)
{
    char *at = buf_room(out, 10);
    size_t len = 0;
    for (; number >= 0x80; number >>= 7)
        at[len++] = (char)(number | 0x80);
    at[len++] = (char)number;
    out->len += len;
}

void pack_i64(struct buf *out, int64_t number)
{
    pack_u64(out, (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0));
}

void pack_double(struct buf *out, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    pack_u64(out, bits);
}

void pack_text(struct buf *out, struct text text)
{
    pack_u64(out, text.len);
    buf_add(out, text);
}

uint64_t unpack_u64(struct unpack *u)
{
    uint64_t number = 0;
    for (unsigned shift = 0; !u->bad && u->at < u->end && shift < 64; shift += 7) {
        uint8_t byte = *u->at++;
        if (shift == 63 && byte > 1)
            break;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    u->bad = true;
    return 0;
}

int64_t unpack_i64(struct unpack *u)
{
    uint64_t number = unpack_u64(u);
    return (int64_t)(number >> 1 ^ (number & 1 ? UINT64_MAX : 0));
}

double unpack_double(struct unpack *u)
{
    uint64_t bits = unpack_u64(u);
    double number;
    memcpy(&number, &bits, sizeof number);
    u->bad |= !isfinite(number);
    return u->bad ? 0 : number;
}

uint64_t unpack_most(struct unpack *u, uint64_t most)
{
    uint64_t number = unpack_u64(u);
    if (number <= most)
        return number;
    u->bad = true;
    return 0;
}

struct text unpack_bytes(struct unpack *u, size_t len)
{
    if (u->bad || len > (size_t)(u->end - u->at)) {
        u->bad = true;
        return TEXT("");
    }
    struct text bytes = text_make((const char *)u->at, len);
    u->at += len;
    return bytes;
}

struct text unpack_text(struct unpack *u)
{
    return unpack_bytes(u, unpack_count(u));
}

size_t unpack_count(struct unpack *u)
{
    uint64_t count = unpack_u64(u);
    if (count <= (size_t)(u->end - u->at))
        return (size_t)count;
    u->bad = true;
    return 0;
}

size_t pack_begin(struct buf *out, uint8_t version)
{
    size_t begin = out->len;
    buf_byte(out, (char)version);
    return begin;
}

void pack_seal(struct buf *out, size_t begin)
{
    uint64_t sum = hash_checksum(text_make(out->at + begin, out->len - begin));
    for (unsigned i = 0; i < SEAL_BYTES; i++)
        buf_byte(out, (char)(sum >> 8 * i));
}

static bool is_whole(struct text sealed)
{
    if (sealed.len < 1 + SEAL_BYTES)
        return false;
    size_t len = sealed.len - SEAL_BYTES;
    uint64_t sum = 0;
    for (unsigned i = 0; i < SEAL_BYTES; i++)
        sum |= (uint64_t)(uint8_t)sealed.at[len + i] << 8 * i;
    return hash_checksum(text_make(sealed.at, len)) == sum;
}

bool unpack_version(struct text sealed, uint8_t *version)
{
    if (!is_whole(sealed))
        return false;
    *version = (uint8_t)sealed.at[0];
    return true;
}

bool unpack_sealed(struct text sealed, uint8_t version, struct text *inside)
{
    if (sealed.len < 1 + SEAL_BYTES || (uint8_t)sealed.at[0] != version || !is_whole(sealed))
        return false;
    *inside = text_make(sealed.at + 1, sealed.len - 1 - SEAL_BYTES);
    return true;
}
