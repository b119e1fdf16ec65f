#include "source/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void input_init(struct input *in)
{
    *in = (struct input){0};
    lines_init(&in->lines);
}

void input_want(struct input *in, const struct os *os, uint32_t source)
{
    int room = os->widen(os->self, STDIN_FILENO);
    in->room = room > 0 ? (uint64_t)room : UINT64_MAX;
    in->source = source;
    in->wanted = true;
}

void input_done(struct input *in)
{
    lines_done(&in->lines);
}

bool input_read(struct input *in, struct shared *shared, struct batch *b)
{
    const struct os *os = shared->os;
    size_t room;
    if (!in->ready)
        return false;
    in->ready = false;
    char *into = lines_room(&in->lines, b, &room);
    ssize_t got = os->read(os->self, STDIN_FILENO, into, room);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    b->source = in->source;
    b->read_ns = shared_now(shared);
    if (got > 0) {
        lines_take(&in->lines, b, (size_t)got);
        b->position.offset = in->lines.offset;
        return b->used > 0;
    }
    in->ended = true;
    if (got < 0)
        shared_tell(shared, in->source, NOTICE_ERROR, "cannot read standard input: %s",
                    strerror(errno));
    shared_tell(shared, in->source, NOTICE_ENDED, "standard input has ended");
    return lines_finish(&in->lines, b);
}
