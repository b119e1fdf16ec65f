#include "notify/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/safe.h"

static bool read_all(int fd, struct buf *out)
{
    for (;;) {
        ssize_t got = read(fd, buf_room(out, SECRET_MOST), SECRET_MOST);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0;
        out->len += (size_t)got;
        if (out->len > SECRET_MOST)
            return true; /* refused by who looks at it */
    }
}

static bool read_file(const char *path, struct buf *out, struct error *why)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool plain = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    bool good = plain && read_all(fd, out);
    int code = errno;
    if (fd >= 0)
        close(fd);
    if (good)
        return true;
    return error_set(why, "cannot read the secret in %s: %s", safe_str(text_of(path)),
                     fd >= 0 && !plain ? "no regular file" : strerror(code));
}

/* No control character: it could end a header. */
static bool is_clean(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.at[i] < ' ' || t.at[i] == 0x7f)
            return false;
    return t.len > 0 && t.len <= SECRET_MOST;
}

bool secret_read(const struct notify_secret *s, struct buf *out, struct error *why)
{
    const char *place = s->file ? s->file : s->env;
    const char *value = s->env ? getenv(s->env) : NULL;
    buf_clear(out);
    if (s->file && !read_file(s->file, out, why))
        return false;
    if (!s->file && !value)
        return error_set(why, "the variable %s, which should hold a secret, is not set",
                         safe_str(text_of(place)));
    if (!s->file)
        buf_str(out, value);
    while (out->len && (out->at[out->len - 1] == '\n' || out->at[out->len - 1] == '\r'))
        out->len--;
    if (!is_clean(buf_text(out)))
        return error_set(why, "the secret in %s is empty, too long or has control characters",
                         safe_str(text_of(place)));
    *buf_room(out, 0) = 0;
    return true;
}

void secret_done(struct buf *secret)
{
    if (secret->at)
        explicit_bzero(secret->at, secret->cap);
    buf_done(secret);
}

static bool is_web_url(struct text url)
{
    size_t from = text_starts(url, TEXT("http://"))    ? 7
                  : text_starts(url, TEXT("https://")) ? 8
                                                       : 0;
    size_t end = from;
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.at[i] <= ' ' || (unsigned char)url.at[i] >= 0x7f ||
            strchr("\"<>\\^`{|}#", url.at[i]))
            return false;
    while (end < url.len && !strchr("/?", url.at[end]))
        end++;
    return from && end > from && text_find(text_cut(url, from, end), '@', 0) == end - from;
}

bool secret_url(const struct notify_spec *spec, struct buf *out, struct error *why)
{
    buf_clear(out);
    if (spec->url) {
        buf_str(out, spec->url);
        *buf_room(out, 0) = 0;
        return true;
    }
    if (!secret_read(&spec->url_secret, out, why))
        return false;
    if (is_web_url(buf_text(out)))
        return true;
    return error_set(
        why, "the secret in %s is no address such as https://example.com/path",
        safe_str(text_of(spec->url_secret.file ? spec->url_secret.file : spec->url_secret.env)));
}
