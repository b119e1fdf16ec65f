/* mime.h - mail made of plain ASCII lines, whatever the text is (RFC 2045, 2047, 5322). Pure. */
#ifndef SPATE_NOTIFY_MIME_H
#define SPATE_NOTIFY_MIME_H

#include "base/buf.h"
#include "base/text.h"

/* The value of a header: no byte of it can end the line. Plain where it is printable ASCII and
 * short, else encoded words of UTF-8 (invalid bytes are carried as they are), folded. */
void mime_header(struct buf *out, const char *name, struct text value);

/* Quoted-printable: "\n" becomes a line end, lines have at most 76 bytes, none begins with a dot.
 */
void mime_body(struct buf *out, struct text body);

/* "Fri, 20 Nov 2026 04:00:00 +0000" */
void mime_date(struct buf *out, int64_t second);

#endif
