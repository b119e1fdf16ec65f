/* request.c - splits a request line and finds its section. */
#include "parse/value.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A method begins with a letter and goes on with letters, digits, - and _. Scanners send all
 * sorts of bytes with spaces in them; they make no method. */
static size_t method_len(struct text request)
{
    size_t len = 0;
    while (len < request.len) {
        char c = request.at[len];
        if (!is_letter(c) && !(len > 0 && (is_digit(c) || c == '-' || c == '_')))
            break;
        len++;
    }
    return len;
}

/* HTTP/1.1, HTTP/2, RTSP/1.0: capitals, a slash, a number. */
static bool is_protocol(struct text word)
{
    size_t i = 0;
    while (i < word.len && word.at[i] >= 'A' && word.at[i] <= 'Z')
        i++;
    if (i < 2 || i + 1 >= word.len || word.at[i] != '/' || !is_digit(word.at[i + 1]))
        return false;
    for (i += 2; i < word.len; i++)
        if (!is_digit(word.at[i]) && word.at[i] != '.')
            return false;
    return true;
}

struct request_parts request_split(struct text request)
{
    struct request_parts parts = {0};
    size_t method = method_len(request), end = request.len;
    if (method == 0 || method == end || request.at[method] != ' ')
        return parts;
    size_t path = method;
    while (path < end && request.at[path] == ' ')
        path++;
    while (end > path && request.at[end - 1] == ' ')
        end--;
    if (path == end)
        return parts;

    parts.method = text_cut(request, 0, method);
    parts.path = text_cut(request, path, end);
    const char *space = memrchr(parts.path.at, ' ', parts.path.len);
    if (!space)
        return parts;
    struct text word = text_make(space + 1, (size_t)(parts.path.at + parts.path.len - space - 1));
    if (!is_protocol(word))
        return parts;
    parts.protocol = word;
    parts.path.len = (size_t)(space - parts.path.at);
    while (parts.path.len > 0 && parts.path.at[parts.path.len - 1] == ' ')
        parts.path.len--;
    return parts;
}

/* Behind "scheme://authority" of an absolute target, or 0. */
static size_t authority_end(struct text target)
{
    size_t i = 0;
    while (i < target.len &&
           (is_letter(target.at[i]) || (i > 0 && (is_digit(target.at[i]) || target.at[i] == '+' ||
                                                  target.at[i] == '-' || target.at[i] == '.'))))
        i++;
    if (i == 0 || target.len < i + 3 || memcmp(target.at + i, "://", 3) != 0)
        return 0;
    for (i += 3; i < target.len; i++)
        if (target.at[i] == '/' || target.at[i] == '?' || target.at[i] == '#')
            break;
    return i;
}

struct text request_section(struct text target)
{
    size_t from = 0;
    if (target.len > 0 && target.at[0] != '/')
        from = authority_end(target);
    if (from >= target.len || target.at[from] != '/')
        return (struct text){0};
    size_t to = from + 1;
    while (to < target.len && target.at[to] != '/' && target.at[to] != '?' && target.at[to] != '#')
        to++;
    return text_cut(target, from, to);
}
