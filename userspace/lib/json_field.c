// SPDX-License-Identifier: GPL-2.0-only
/*
 * json_field.c - a field out of a JSON object. What is of another type counts as
 * absent.
 */
#include "json_field.h"

#include <math.h>

double mw_json_number(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

const char *mw_json_text(const cJSON *object, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

	return text != NULL ? text : "";
}
