/* man_main.c - prints the man page at build time; with the word `markdown`, the README's tables. */
#include <string.h>

#include "app/options.h"
#include "app/output.h"

int main(int argc, char **argv)
{
    struct buf page = {0};
    if (argc > 1 && !strcmp(argv[1], "markdown"))
        markdown_text(&page);
    else
        man_text(&page);
    bool written = output_write(&page, -1);
    buf_done(&page);
    return written ? 0 : 1;
}
