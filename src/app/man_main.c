/* man_main.c - prints the man page at build time. */
#include "app/options.h"
#include "app/output.h"

int main(void)
{
    struct buf page = {0};
    man_text(&page);
    bool written = output_write(&page, -1);
    buf_done(&page);
    return written ? 0 : 1;
}
