/* agents.h - the user agents of the made-up traffic, by kind of visitor, with a long tail.
 *
 * Owns the strings. Constant after agents_new(). Thread: any. */
#ifndef SPATE_LOGGEN_AGENTS_H
#define SPATE_LOGGEN_AGENTS_H

#include "base/text.h"
#include <stdint.h>

enum agent_kind { AGENT_BROWSER, AGENT_CRAWLER, AGENT_CLIENT, AGENT_SCANNER, AGENT_MONITOR };
#define AGENT_KINDS 5

struct agents;

struct agents *agents_new(void);
void agents_free(struct agents *agents);

/* Draws one; the number of the agent, for agents_text(). */
uint32_t agents_draw(const struct agents *agents, enum agent_kind kind, uint64_t random);
struct text agents_text(const struct agents *agents, uint32_t number);

#endif
