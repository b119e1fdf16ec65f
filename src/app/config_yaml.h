/* config_yaml.h - a YAML document as a small tree that knows where each thing stands.
 *
 * The one home of libfyaml. Of YAML's ways those are taken that configurations need: maps, lists,
 * scalars in every style. Anchors, aliases, tags and a second document are refused: they can make a
 * small file mean a huge one. The tree owns its nodes and strings. One thread. */
#ifndef SPATE_APP_CONFIG_YAML_H
#define SPATE_APP_CONFIG_YAML_H

#include "app/config_problem.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    struct config_place place;
    const char *value;       /* scalar: ended by a NUL, holds none */
    bool plain;              /* scalar without quotes */
    struct yaml_node *key;   /* of a map's member: a scalar */
    struct yaml_node *first; /* list, map: members, in order */
    struct yaml_node *next;
};

struct yaml;

/* NULL when the source is no such document: what is wrong is added to *problems. */
struct yaml *yaml_read(struct text source, struct config_problems *problems);
void yaml_free(struct yaml *y); /* accepts NULL */

/* NULL: the document is empty. */
const struct yaml_node *yaml_root(const struct yaml *y);

/* An unquoted nothing, `null` or `~`. */
bool yaml_is_nothing(const struct yaml_node *n);

#endif
