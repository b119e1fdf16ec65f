/* commands.h - what each command of the table runs. Main thread; the result is the exit code. */
#ifndef SPATE_APP_COMMANDS_H
#define SPATE_APP_COMMANDS_H

#include "app/options.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

int command_watch(const struct settings *s);
int command_report(const struct settings *s);
int command_parse(const struct settings *s);
int command_formats(const struct settings *s);
int command_check_config(const struct settings *s);
int command_history(const struct settings *s);
int command_notify_test(const struct settings *s);
int command_alerts(const struct settings *s);

#endif
