// SPDX-License-Identifier: GPL-2.0-only
/*
 * config_file.c - the file of a configuration, read whole and no further than its bound,
 * so that nothing that is not a configuration takes the memory of the daemon.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_shape.h"
#include "textfile.h"

int mw_config_load(const char *path, struct mw_config *ret_config, struct mw_config_errors *errors)
{
	/* Not blocking: a pipe without a writer would hold the daemon. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text;
	ssize_t len;
	int err;

	if (fd < 0)
		return -errno;
	text = malloc(MW_CONFIG_BYTES_MAX + 1);
	len = text != NULL ? mw_textfile_read_fd(fd, text, MW_CONFIG_BYTES_MAX + 1) : -ENOMEM;
	close(fd);
	if (len > MW_CONFIG_BYTES_MAX)
		err = -EFBIG;
	else
		err = len < 0 ? (int)len : mw_config_parse(text, (size_t)len, ret_config, errors);
	free(text);
	return err;
}
