#include "parse/client.h"

#include <arpa/inet.h>
#include <string.h>

enum { ADDRESS_MOST = INET6_ADDRSTRLEN - 1 };

static bool is_address(struct text member, int family)
{
    char name[ADDRESS_MOST + 1];
    unsigned char address[sizeof(struct in6_addr)];
    if (member.len == 0 || member.len > ADDRESS_MOST)
        return false;
    memcpy(name, member.at, member.len);
    name[member.len] = '\0';
    return memchr(name, '\0', member.len) == NULL && inet_pton(family, name, address) == 1;
}

/* 192.0.2.7, 192.0.2.7:80, ::1, [::1] or [::1]:80: the address of it; len 0: it is none. */
static struct text address_of(struct text member)
{
    struct text none = {0};
    if (member.len > 0 && member.at[0] == '[') {
        member = text_cut(member, 1, text_find(member, ']', 0));
        return is_address(member, AF_INET6) ? member : none;
    }
    if (is_address(member, AF_INET6))
        return member;
    member = text_cut(member, 0, text_find(member, ':', 0));
    return is_address(member, AF_INET) ? member : none;
}

struct text client_address(struct text forwarded_for)
{
    struct text member, address = {0};
    while (address.len == 0 && text_split(&forwarded_for, ',', &member))
        address = address_of(text_trim(member));
    return address;
}

void client_take_forwarded(const struct batch *b, struct entry *e)
{
    if (!(e->has & FIELD_BIT(FIELD_FORWARDED)))
        return;
    struct text address = client_address(batch_text(b, e, FIELD_FORWARDED));
    if (address.len == 0)
        return;
    entry_set_text(e, FIELD_HOST, (uint32_t)(address.at - b->bytes), (uint32_t)address.len);
    e->null &= ~FIELD_BIT(FIELD_HOST);
}
