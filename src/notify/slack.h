/* slack.h - the text of a message for a chat. Pure. */
#ifndef SPATE_NOTIFY_SLACK_H
#define SPATE_NOTIFY_SLACK_H

#include "notify/message.h"

/* Valid UTF-8, a line for each alert and, where all fit into that many bytes, for each cause. */
void slack_text(struct buf *out, const struct message *m, size_t most);

/* How many of the alerts fit; at least one. */
size_t slack_fits(const struct message *m, size_t most);

#endif
