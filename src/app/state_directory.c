/* state_directory.c - where a state is that nobody named. */
#include <stdlib.h>
#include <string.h>

#include "app/state.h"
#include "base/buf.h"
#include "base/mem.h"

static char *joined(const char *dir, const char *rest)
{
    struct buf path = {0};
    buf_str(&path, dir);
    buf_str(&path, rest);
    buf_byte(&path, 0);
    return path.at;
}

char *state_directory(const char *named, bool *linked, struct error *why)
{
    const char *service = getenv("STATE_DIRECTORY");
    const char *states = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    *linked = false;
    if (named && named[0])
        return mem_string(text_of(named));
    if (service && service[0] == '/') { /* several have colons between them; the first is ours */
        *linked = true;
        return mem_string(text_make(service, strcspn(service, ":")));
    }
    if (states && states[0] == '/')
        return joined(states, "/spate");
    if (home && home[0] == '/')
        return joined(home, "/.local/state/spate");
    error_set(why,
              "--state needs a directory here: none of STATE_DIRECTORY, XDG_STATE_HOME and HOME "
              "is set");
    return NULL;
}
