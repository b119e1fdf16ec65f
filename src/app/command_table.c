/* command_table.c - the commands: one row each. The first is the one meant when none is named. */
#include "app/commands.h"

const struct command commands[] = {
    {"watch", "[OPTION]... [FILE]...", "the console: follow logs as they grow", command_watch},
    {"report", "[OPTION]... [FILE]...", "read logs once and print the figures", command_report},
    {"parse", "[OPTION]... [FILE]...",
     "print each line as the fields it was read as (JSON lines)", command_parse},
    {"formats", "[OPTION]...", "list the named formats, with a sample line each", command_formats},
    {"check-config", "[--config FILE]",
     "print what the configuration makes run, or what is wrong with it", command_check_config},
    {"history", "[OPTION]...", "print what a state remembers (--state)", command_history},
    {"notify-test", "NAME [--config FILE]",
     "send a sample alert to a channel of the configuration", command_notify_test},
    {"alerts", "[OPTION]... [ack ID...]",
     "print the alerts that a state remembers (--state), or mark some as seen", command_alerts},
};
const size_t command_count = sizeof commands / sizeof *commands;
