/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json_field.h - a field out of a JSON object that may lack it. Pure.
 */
#ifndef MW_JSON_FIELD_H
#define MW_JSON_FIELD_H

#include <cjson/cJSON.h>

/** mw_json_number() - the number under @name; NAN if there is none */
double mw_json_number(const cJSON *object, const char *name);

/** mw_json_text() - the string under @name, which stays @object's; "" if there is none */
const char *mw_json_text(const cJSON *object, const char *name);

#endif /* MW_JSON_FIELD_H */
