/* transfer_set.c - a request as options of the library. */
#include <string.h>

#include "base/clock.h"
#include "base/version.h"
#include "notify/transfer_inside.h"

/* Of an answer only the size matters; headers count too, for they are kept by the library. */
size_t transfer_on_answer(char *at, size_t size, size_t count, void *ctx)
{
    struct transfer *x = ctx;
    (void)at;
    x->answer += size * count;
    return x->answer > TRANSFER_ANSWER_MOST ? 0 : size * count;
}

static bool add_to_list(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl.slist_append(*list, line);
    if (longer)
        *list = longer;
    return longer;
}

static bool set_common(struct transfer *x, const struct transfer_request *r)
{
    bool good = true;
    TRANSFER_SET(CURLOPT_URL, r->url);
    TRANSFER_SET(CURLOPT_PRIVATE, x);
    TRANSFER_SET(CURLOPT_ERRORBUFFER, x->words);
    TRANSFER_SET(CURLOPT_NOSIGNAL, 1L);
    TRANSFER_SET(CURLOPT_QUICK_EXIT, 1L); /* a silent name server holds up no other channel */
    TRANSFER_SET(CURLOPT_TIMEOUT_MS, (long)(r->timeout_ns / NS_PER_MS));
    TRANSFER_SET(CURLOPT_PROXY, "");
    TRANSFER_SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    /* on an old connection the library itself might repeat a POST */
    TRANSFER_SET(CURLOPT_FRESH_CONNECT, 1L);
    TRANSFER_SET(CURLOPT_FORBID_REUSE, 1L);
    TRANSFER_SET(CURLOPT_SSL_VERIFYPEER, 1L);
    TRANSFER_SET(CURLOPT_SSL_VERIFYHOST, 2L);
    TRANSFER_SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    TRANSFER_SET(CURLOPT_WRITEFUNCTION, transfer_on_answer);
    TRANSFER_SET(CURLOPT_WRITEDATA, x);
    TRANSFER_SET(CURLOPT_HEADERFUNCTION, transfer_on_answer);
    TRANSFER_SET(CURLOPT_HEADERDATA, x);
    if (r->ca_file)
        TRANSFER_SET(CURLOPT_CAINFO, r->ca_file);
    if (r->user)
        TRANSFER_SET(CURLOPT_USERNAME, r->user);
    if (r->user && r->password)
        TRANSFER_SET(CURLOPT_PASSWORD, r->password);
    return good;
}

static bool set_http(struct transfer *x, const struct transfer_request *r)
{
    bool good = add_to_list(&x->headers, "Expect:");
    for (size_t i = 0; i < TRANSFER_HEADERS_MOST && r->headers[i]; i++)
        good = good && add_to_list(&x->headers, r->headers[i]);
    TRANSFER_SET(CURLOPT_PROTOCOLS_STR, "http,https");
    TRANSFER_SET(CURLOPT_FOLLOWLOCATION, 0L);
    TRANSFER_SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    TRANSFER_SET(CURLOPT_USERAGENT, "spate/" SPATE_VERSION);
    TRANSFER_SET(CURLOPT_HTTPHEADER, x->headers);
    TRANSFER_SET(CURLOPT_POST, 1L);
    TRANSFER_SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.len);
    TRANSFER_SET(CURLOPT_POSTFIELDS, x->body.at);
    if (r->user)
        TRANSFER_SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    return good;
}

/* A server on this machine needs no TLS, and its certificate is often made for no name at all. */
static bool is_loopback(const char *url)
{
    const char *host = strstr(url, "://") + 3;
    size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?");
    struct text name = text_make(host, len);
    return text_same(name, TEXT("localhost")) || text_same(name, TEXT("[::1]")) ||
           (text_starts(name, TEXT("127.")) && strspn(host, "0123456789.") == len);
}

/* A CA of its own is named by who wants TLS. */
static long tls_of(const struct transfer_request *r)
{
    if (r->ca_file)
        return CURLUSESSL_ALL;
    if (!strncmp(r->url, "smtp://", 7) && is_loopback(r->url))
        return CURLUSESSL_NONE;
    return r->user ? CURLUSESSL_ALL : CURLUSESSL_TRY;
}

static bool set_mail(struct transfer *x, const struct transfer_request *r)
{
    bool good = mail_set(x);
    for (size_t i = 0; i < r->to_count; i++)
        good = good && add_to_list(&x->to, r->to[i]);
    TRANSFER_SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    TRANSFER_SET(CURLOPT_USE_SSL, tls_of(r));
    TRANSFER_SET(CURLOPT_MAIL_FROM, r->from);
    TRANSFER_SET(CURLOPT_MAIL_RCPT, x->to);
    TRANSFER_SET(CURLOPT_MAIL_RCPT_ALLLOWFAILS, r->some_may_fail ? 1L : 0L);
    TRANSFER_SET(CURLOPT_UPLOAD, 1L);
    return good;
}

bool transfer_set(struct transfer *x, const struct transfer_request *r)
{
    return set_common(x, r) && (x->mail ? set_mail(x, r) : set_http(x, r));
}
