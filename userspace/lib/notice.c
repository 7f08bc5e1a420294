// SPDX-License-Identifier: GPL-2.0-only
/*
 * notice.c - the sentence that goes with an error number.
 */
#include "notice.h"

#include <stdarg.h>
#include <stdio.h>

int mw_failed(int err, char ret_error[MW_NOTICE_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_error, MW_NOTICE_MAX, format, args);
	va_end(args);
	return err;
}
