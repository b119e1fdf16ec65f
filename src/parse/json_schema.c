#include "parse/json_schema.h"

#include "base/mem.h"
#include "base/safe.h"
#include "parse/json_names.h"
#include "record/field.h"
#include <stdlib.h>

static const field_set request_fields = FIELD_BIT(FIELD_METHOD) | FIELD_BIT(FIELD_PATH) |
                                        FIELD_BIT(FIELD_PROTOCOL) | FIELD_BIT(FIELD_SECTION);

static bool is_essential(enum field f)
{
    return f == FIELD_TIME || f == FIELD_STATUS || f == FIELD_BYTES;
}

static field_set fields_by(enum field f)
{
    return FIELD_BIT(f) | (f == FIELD_REQUEST ? request_fields : 0) |
           (f == FIELD_PATH ? FIELD_BIT(FIELD_SECTION) : 0);
}

/* Puts a rule behind those of its rank, so that the order of a field's rules stays. */
static void add_rule(struct json_program *p, struct json_rule rule)
{
    unsigned at = p->rule_count;
    if (is_essential(rule.field)) {
        at = p->essential_count++;
    } else if (rule.field == FIELD_REQUEST) {
        for (at = p->essential_count; at < p->rule_count && p->rules[at].field == FIELD_REQUEST;) {
            at++;
        }
    }
    memmove(&p->rules[at + 1], &p->rules[at], (p->rule_count - at) * sizeof rule);
    p->rules[at] = rule;
    p->rule_count++;
    p->fields |= fields_by(rule.field);
}

/* The slot of a key that is known already; JSON_NO_SLOT when it is not. */
static uint8_t slot_of(const struct json_program *p, struct text key)
{
    const struct json_key *known =
        p->keys.node_count ? json_keys_find(&p->keys, JSON_ROOT, key.at, key.len) : NULL;
    return known ? known->slot : JSON_NO_SLOT;
}

/* A dotted key is looked for both as a path and as one name ("url.path", as some flatten it). */
static bool add_key(struct json_program *p, struct text key, uint8_t slot)
{
    return json_keys_add(&p->keys, key, slot) &&
           (text_find(key, '.', 0) == key.len || json_keys_add_flat(&p->keys, key, slot));
}

/* One rule for all names of a row; a name that an earlier row has keeps that row's slot. */
static void add_row(struct json_program *p, const struct schema_row *row)
{
    struct text names = text_of(row->keys), name;
    uint8_t slot = slot_of(p, names);
    if (slot == JSON_NO_SLOT) {
        slot = (uint8_t)p->slot_count++;
        while (text_split(&names, ' ', &name)) {
            add_key(p, name, slot);
        }
    }
    bool address = row->notation == AS_ADDRESS, ip = row->notation == AS_IP;
    uint8_t notation = address || ip ? AS_USUAL : (uint8_t)row->notation;
    if (ip) {
        p->maybe_client = slot;
    } else if (row->field == FIELD_HOST) {
        p->clients |= UINT64_C(1) << slot;
    }
    add_rule(p, (struct json_rule){slot, (uint8_t)row->field, notation, address});
}

static uint64_t slots_of(const struct json_program *p, field_set fields)
{
    uint64_t slots = 0;
    for (unsigned i = 0; i < p->rule_count; i++) {
        if (fields & FIELD_BIT(p->rules[i].field)) {
            slots |= UINT64_C(1) << p->rules[i].slot;
        }
    }
    return slots;
}

static const field_set request_like =
    FIELD_BIT(FIELD_REQUEST) | FIELD_BIT(FIELD_PATH) | FIELD_BIT(FIELD_STATUS);

static uint64_t add_slot(struct json_program *p, const char *key)
{
    uint8_t slot = (uint8_t)p->slot_count++;
    add_key(p, text_of(key), slot);
    return UINT64_C(1) << slot;
}

/* The slots of keys that a schema asks for beside its fields'. */
static uint64_t proof_of(struct json_program *p, const char *keys)
{
    struct text rest = text_of(keys), key;
    uint64_t slots = 0;
    while (text_split(&rest, ' ', &key)) {
        uint8_t slot = slot_of(p, key);
        if (slot == JSON_NO_SLOT) {
            slot = (uint8_t)p->slot_count++;
            add_key(p, key, slot);
        }
        slots |= UINT64_C(1) << slot;
    }
    return slots;
}

static void compile_schema(struct json_program *p, const struct schema *schema)
{
    for (size_t i = 0; i < schema->row_count; i++) {
        add_row(p, &schema->rows[i]);
    }
    p->otherwise = schema->otherwise;
    p->enough = schema->object ? 0 : slots_of(p, request_like);
    p->enough_object = schema->object ? add_slot(p, schema->object) : 0;
    p->proof = schema->proof ? proof_of(p, schema->proof) : 0;
    p->never_object = schema->request_is_text ? slots_of(p, FIELD_BIT(FIELD_REQUEST)) : 0;
    if (schema->logger) {
        p->logger = (uint8_t)p->slot_count;
        add_slot(p, schema->logger);
    }
}

/* key@unit says how a number is to be read; keys may begin with an @ themselves. */
static const struct {
    const char *suffix;
    enum notation duration, time;
} units[] = {
    {"@s", AS_SECONDS, AS_EPOCH},
    {"@ms", AS_MILLIS, AS_EPOCH_MILLIS},
    {"@us", AS_MICROS, AS_EPOCH_MICROS},
    {"@ns", AS_NANOS, AS_EPOCH_NANOS},
};

static enum notation take_unit(enum field f, struct text *key)
{
    enum field_kind kind = field_kind(f);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct text suffix = text_of(units[i].suffix);
        if (key->len > suffix.len && text_ends(*key, suffix) &&
            (kind == FIELD_KIND_DURATION || kind == FIELD_KIND_TIME)) {
            key->len -= suffix.len;
            return kind == FIELD_KIND_TIME ? units[i].time : units[i].duration;
        }
    }
    return kind == FIELD_KIND_DURATION ? AS_SECONDS : AS_USUAL;
}

static bool bad_path(struct text key)
{
    struct text empty_step = TEXT("..");
    for (size_t i = 0; i + 1 < key.len; i++) {
        if (text_starts(text_cut(key, i, key.len), empty_step)) {
            return true;
        }
    }
    return key.len == 0 || key.at[0] == '.' || key.at[key.len - 1] == '.';
}

/* field=key, at `column` of the specification. */
static bool add_pair(struct json_program *p, struct text pair, uint32_t column, struct error *why)
{
    size_t equals = text_find(pair, '=', 0);
    struct text name = text_trim(text_cut(pair, 0, equals));
    struct text key = text_trim(text_cut(pair, equals + 1, pair.len));
    enum field f = field_named(name);
    if (equals == pair.len) {
        return error_at(why, column, "\"%s\" is not of the form field=key", safe_str(pair));
    }
    if (f == FIELD_COUNT || f == FIELD_SECTION) {
        return error_at(why, column, "there is no field \"%s\" to be set", safe_str(name));
    }
    if (bad_path(key)) {
        return error_at(why, column + (uint32_t)equals + 1, "\"%s\" is no key", safe_str(key));
    }
    enum notation notation = take_unit(f, &key);
    if (p->slot_count == JSON_SLOTS || p->rule_count == JSON_RULES) {
        return error_at(why, column, "more than %d keys", JSON_SLOTS);
    }
    uint8_t slot = slot_of(p, key);
    if (slot == JSON_NO_SLOT) {
        slot = (uint8_t)p->slot_count++;
        if (!add_key(p, key, slot)) {
            return error_at(why, column, "the keys have too many parts");
        }
    }
    add_rule(p, (struct json_rule){slot, (uint8_t)f, (uint8_t)notation, false});
    return true;
}

static bool compile_pairs(struct json_program *p, struct text spec, struct error *why)
{
    struct text rest = spec, pair;
    while (text_split(&rest, ',', &pair)) {
        if (!add_pair(p, pair, (uint32_t)(pair.at - spec.at) + 1, why)) {
            return false;
        }
    }
    if (p->rule_count == 0) {
        return error_at(why, 1, "no keys: time=ts,request=req,...");
    }
    field_set telling = request_like | FIELD_BIT(FIELD_TIME) | FIELD_BIT(FIELD_BYTES);
    p->enough = slots_of(p, p->fields & telling ? telling : p->fields);
    p->otherwise = "none of the keys that tell a request";
    return true;
}

struct json_program *json_schema_compile(struct text spec, enum syntax syntax, struct error *why)
{
    struct json_program *p = mem_new(1, sizeof *p);
    p->logger = p->maybe_client = JSON_NO_SLOT;
    spec = text_trim(spec);
    for (size_t i = 0; i < json_schema_count; i++) {
        if (json_schemas[i].syntax == syntax && text_same(spec, text_of(json_schemas[i].name))) {
            compile_schema(p, &json_schemas[i]);
            return p;
        }
    }
    if (compile_pairs(p, spec, why)) {
        return p;
    }
    json_schema_free(p);
    return NULL;
}

void json_schema_free(struct json_program *p)
{
    if (p != NULL) {
        json_keys_done(&p->keys);
        free(p);
    }
}
