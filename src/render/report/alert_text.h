/* alert_text.h - what there is to say of an alert beside its message, in lines of their own. Pure. */
#ifndef SPATE_RENDER_REPORT_ALERT_TEXT_H
#define SPATE_RENDER_REPORT_ALERT_TEXT_H

#include "base/buf.h"
#include "model/snapshot.h"

/* "  +9.8/s from 203.0.113.9 (71 %), on /login (65 %)"; nothing where no cause is known. */
void alert_text_cause(struct buf *out, const struct alert_figures *a);
/* "  lasted 1m52s, peak 31.2/s, 3,456 hits"; nothing while it fires. */
void alert_text_end(struct buf *out, const struct alert_figures *a);

#endif
