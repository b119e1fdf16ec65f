#include "app/config_address.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static bool is_host_byte(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_';
}

/* host, host:port, [v6], [v6]:port */
static bool is_authority(struct text t)
{
    size_t host = 0;
    uint64_t port;
    if (t.len && t.at[0] == '[') {
        host = text_find(t, ']', 0);
        for (size_t i = 1; i < host; i++)
            if (!isxdigit((unsigned char)t.at[i]) && t.at[i] != ':' && t.at[i] != '.')
                return false;
        if (host++ == t.len || host < 4)
            return false;
    } else {
        while (host < t.len && is_host_byte(t.at[host]))
            host++;
    }
    if (host == 0 || host == t.len)
        return host > 0;
    return t.at[host] == ':' && text_to_u64(text_cut(t, host + 1, t.len), &port) && port >= 1 &&
           port <= 65535;
}

bool address_is_url(const char *url, const char *const schemes[2])
{
    struct text t = text_of(url);
    size_t from = 0;
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.at[i] <= ' ' || (unsigned char)t.at[i] >= 0x7f ||
            strchr("\"<>\\^`{|}#", t.at[i]))
            return false;
    for (size_t i = 0; i < 2; i++)
        if (text_starts(t, text_of(schemes[i])))
            from = strlen(schemes[i]);
    size_t end = from;
    while (end < t.len && t.at[end] != '/' && t.at[end] != '?')
        end++;
    return from && is_authority(text_cut(t, from, end));
}

bool address_is_mail(const char *text)
{
    struct text t = text_of(text);
    size_t at = text_find(t, '@', 0);
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)t.at[i] <= ' ' || (unsigned char)t.at[i] >= 0x7f ||
            strchr("<>()[],;:\\\"", t.at[i]))
            return false;
    return at > 0 && at + 1 < t.len && text_find(t, '@', at + 1) == t.len && t.len <= 254;
}
