#include "source/decompress.h"

#include "base/mem.h"
#include "source/zlib_late.h"
#include "source/zstd_late.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    INPUT_BYTES = 128 * 1024,
    GZIP_WINDOW = 15 + 16 /* zlib: the largest window, gzip header */
};

struct decompress {
    enum compression kind;
    decompress_more *more;
    void *ctx;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool inside; /* a member or frame has begun and not ended */
    bool over;
    bool broken;    /* what came before the damage was handed on: it is told next */
    size_t at, len; /* what is left in `input` */
    unsigned char input[INPUT_BYTES];
};

enum compression compression_of(const void *start, size_t len)
{
    static const unsigned char gzip_magic[] = {0x1f, 0x8b}, zstd_magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    static const unsigned char skippable[] = {0x2a, 0x4d, 0x18}; /* after 0x50 to 0x5f */
    const unsigned char *byte = start;
    if (len >= sizeof gzip_magic && memcmp(byte, gzip_magic, sizeof gzip_magic) == 0)
        return COMPRESSION_GZIP;
    if (len >= sizeof zstd_magic && memcmp(byte, zstd_magic, sizeof zstd_magic) == 0)
        return COMPRESSION_ZSTD;
    if (len >= COMPRESSION_MAGIC && byte[0] >> 4 == 5 &&
        memcmp(byte + 1, skippable, sizeof skippable) == 0)
        return COMPRESSION_ZSTD;
    return COMPRESSION_NONE;
}

const char *compression_unknown(const void *start, size_t len)
{
    static const struct {
        unsigned char magic[COMPRESSION_MAGIC];
        size_t len;
        const char *what;
    } rows[] = {
        {{0xfd, '7', 'z', 'X'},
         4,
         "it is packed by xz, which spate does not read: unpack it with `xz -dc`"},
        {{'B', 'Z', 'h'},
         3,
         "it is packed by bzip2, which spate does not read: unpack it with `bzip2 -dc`"},
        {{0x04, 0x22, 0x4d, 0x18},
         4,
         "it is packed by lz4, which spate does not read: unpack it with `lz4 -dc`"},
        {{'P', 'K', 0x03, 0x04},
         4,
         "it is a zip file, which spate does not read: unpack it with `unzip -p`"},
        {{0xff, 0xfe},
         2,
         "it is UTF-16, which spate does not read: `iconv -f UTF-16 -t UTF-8` makes UTF-8 of it"},
        {{0xfe, 0xff},
         2,
         "it is UTF-16, which spate does not read: `iconv -f UTF-16 -t UTF-8` makes UTF-8 of it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (len >= rows[i].len && memcmp(start, rows[i].magic, rows[i].len) == 0)
            return rows[i].what;
    return NULL;
}

struct decompress *decompress_new(enum compression kind, decompress_more *more, void *ctx,
                                  struct error *why)
{
    if (!(kind == COMPRESSION_GZIP ? zlib_late : zstd_late)(why)) {
        errno = ELIBACC;
        return NULL;
    }
    struct decompress *d = mem_new(1, sizeof *d);
    d->kind = kind;
    d->more = more;
    d->ctx = ctx;
    bool made;
    if (kind == COMPRESSION_GZIP) /* what the macro inflateInit2() makes of itself */
        made = zlib.inflateInit2_(&d->gzip, GZIP_WINDOW, ZLIB_VERSION, sizeof d->gzip) == Z_OK;
    else
        made = (d->zstd = zstd.createDStream()) != NULL;
    if (made)
        return d;
    free(d);
    errno = ENOMEM;
    error_set(why, "%s", strerror(errno));
    return NULL;
}

void decompress_free(struct decompress *d)
{
    if (!d)
        return;
    if (d->kind == COMPRESSION_GZIP)
        zlib.inflateEnd(&d->gzip);
    else
        zstd.freeDStream(d->zstd);
    free(d);
}

/* What the library had made of the data before goes first. */
static ssize_t damaged(struct decompress *d, size_t made, struct error *why, const char *how)
{
    if (made > 0) {
        d->broken = true;
        return (ssize_t)made;
    }
    error_set(why, "damaged compressed data: %s", how ? how : "not readable");
    errno = EBADMSG;
    return -1;
}

/* True when there is input. False at its end and, with *bad set, when it cannot be read. */
static bool have_input(struct decompress *d, struct error *why, bool *bad)
{
    if (d->at < d->len)
        return true;
    ssize_t got = d->more(d->ctx, d->input, sizeof d->input);
    d->at = 0;
    d->len = got > 0 ? (size_t)got : 0;
    *bad = got < 0;
    if (*bad)
        error_set(why, "%s", strerror(errno));
    return got > 0;
}

/* One step of inflate. False when the data is damaged. */
static bool step_gzip(struct decompress *d, unsigned char *into, size_t room, size_t *made)
{
    if (!d->inside && d->gzip.total_in > 0) {
        if (d->input[d->at] != 0x1f) { /* padding behind the last member */
            d->over = true;
            return true;
        }
        zlib.inflateReset(&d->gzip);
    }
    d->inside = true;
    d->gzip.next_in = d->input + d->at;
    d->gzip.avail_in = (uInt)(d->len - d->at);
    d->gzip.next_out = into;
    d->gzip.avail_out = (uInt)room;
    int result = zlib.inflate(&d->gzip, Z_NO_FLUSH);
    d->at = d->len - d->gzip.avail_in;
    *made = room - d->gzip.avail_out;
    if (result == Z_STREAM_END)
        d->inside = false;
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static const char *step_zstd(struct decompress *d, unsigned char *into, size_t room, size_t *made)
{
    ZSTD_inBuffer in = {d->input, d->len, d->at};
    ZSTD_outBuffer out = {into, room, 0};
    size_t result = zstd.decompressStream(d->zstd, &out, &in);
    d->at = in.pos;
    *made = out.pos;
    d->inside = result != 0;
    return zstd.isError(result) ? zstd.getErrorName(result) : NULL;
}

ssize_t decompress_read(struct decompress *d, void *into, size_t room, struct error *why)
{
    if (d->broken)
        return damaged(d, 0, why, d->gzip.msg);
    while (!d->over) {
        size_t made = 0;
        bool bad = false;
        /* Without input the library may still hold output of the frame that it is in. */
        if (!have_input(d, why, &bad)) {
            if (bad)
                return -1;
            if (!d->inside) {
                d->over = true;
                break;
            }
        }
        bool dry = d->at == d->len;
        if (d->kind == COMPRESSION_GZIP) {
            if (!step_gzip(d, into, room, &made))
                return damaged(d, made, why, d->gzip.msg);
        } else {
            const char *problem = step_zstd(d, into, room, &made);
            if (problem)
                return damaged(d, 0, why, problem);
        }
        if (made)
            return (ssize_t)made;
        if (dry && d->inside)
            return damaged(d, 0, why, "it ends in the middle");
    }
    return 0;
}
