/* config_address.h - addresses in a configuration: what is one, and nothing that somebody could
 * take for more than one. Pure. */
#ifndef SPATE_APP_CONFIG_ADDRESS_H
#define SPATE_APP_CONFIG_ADDRESS_H

#include <stdbool.h>

/* scheme host[:port][/path][?query], of one of these schemes ("http://"): no user, no password, no
 * fragment, nothing that would have to be encoded. */
bool address_is_url(const char *url, const char *const schemes[2]);

/* One plain mail address: nothing that a mail server or a header could take for more. */
bool address_is_mail(const char *text);

#endif
