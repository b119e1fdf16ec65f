#include "app/fyaml_late.h"

#include "base/late.h"

struct fyaml_calls fyaml;

static const struct late_call calls[] = {
#define FYAML_CALL(name) {"fy_" #name, &fyaml.name},
    FYAML_CALLS(FYAML_CALL)
#undef FYAML_CALL
};

static struct late library = LATE("libfyaml.so.0", "the configuration cannot be read", calls, NULL);

bool fyaml_late(struct error *why)
{
    return late_load(&library, why);
}
