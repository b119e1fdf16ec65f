/* mail.h - a message as a mail. Pure. */
#ifndef SPATE_NOTIFY_MAIL_H
#define SPATE_NOTIFY_MAIL_H

#include "notify/message.h"

/* Headers and body, ASCII, CRLF. */
void mail_text(struct buf *out, const struct message *m);

#endif
