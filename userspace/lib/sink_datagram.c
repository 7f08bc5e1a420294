// SPDX-License-Identifier: GPL-2.0-only
/*
 * sink_datagram.c - journald and syslog, each one datagram a message to a
 * socket of this host. By their protocols and not by sd_journal_send() and
 * syslog(3): both of these say that all is well when nobody is there to listen,
 * so that a message would be lost; and libsystemd costs 1.1 MiB of RSS.
 *
 * Protocols: systemd.io/JOURNAL_NATIVE_PROTOCOL, and RFC 3164 as glibc writes it.
 */
#define _GNU_SOURCE /* mempcpy */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "sink.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET  "/dev/log"

/* MESSAGE_ID= of pending, firing and resolved: journalctl MESSAGE_ID=… finds all of a kind. */
static const char *const message_ids[] = {
	"5cc0cf99d2d74e00b7812593442652c3",
	"790f77dbbf164bc4bc761c36feff337b",
	"d5a03cd4ed8346098dafbb455b073dec",
};

static int priority_of(const struct mw_message *message)
{
	if (message->state != MW_STATE_FIRING)
		return message->state == MW_STATE_PENDING ? LOG_INFO : LOG_NOTICE;
	switch (message->severity) {
	case MW_SEVERITY_CRITICAL: return LOG_CRIT;
	case MW_SEVERITY_WARNING: return LOG_WARNING;
	case MW_SEVERITY_INFO: break;
	}
	return LOG_INFO;
}

/* --- the socket ------------------------------------------------------------------------------- */

static bool open_socket(struct mw_sink *sink, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path)) {
		mw_sink_error(sink, "%s: the path of a socket has at most %zu bytes", path,
			      sizeof(address.sun_path) - 1);
		return false;
	}
	strcpy(address.sun_path, path);
	sink->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sink->fd >= 0 && connect(sink->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return true;
	mw_sink_error(sink, "cannot reach %s: %s", path, strerror(errno));
	mw_sink_close_fd(sink);
	return false;
}

static enum mw_sink_result send_datagram(struct mw_sink *sink, const char *default_path,
					 const char *data, size_t size)
{
	const char *path = sink->config.path != NULL ? sink->config.path : default_path;

	if (sink->fd < 0 && !open_socket(sink, path))
		return MW_SINK_FAILED;
	if (send(sink->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return MW_SINK_TAKEN;
	if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS)
		return MW_SINK_FULL;
	mw_sink_error(sink, "cannot send to %s: %s", path, strerror(errno));
	/* The listener was started anew: so is the connection, at the next try. */
	mw_sink_close_fd(sink);
	return errno == EMSGSIZE ? MW_SINK_REFUSED : MW_SINK_FAILED;
}

/* --- journald ------------------------------------------------------------------------------------ */

struct fields {
	char data[2 * MW_MESSAGE_TEXT_MAX + 4096];
	size_t size;
};

/* A value with a line end is sent with its length. What does not fit is left out. */
static void put_field(struct fields *fields, const char *name, const char *value)
{
	size_t length = strlen(value), name_length = strlen(name);
	char *at = fields->data + fields->size;

	if (fields->size + name_length + length + 16 > sizeof(fields->data))
		return;
	at = mempcpy(at, name, name_length);
	if (strchr(value, '\n') == NULL) {
		*at++ = '=';
	} else {
		uint64_t le_length = htole64(length);

		*at++ = '\n';
		at = mempcpy(at, &le_length, sizeof(le_length));
	}
	at = mempcpy(at, value, length);
	*at++ = '\n';
	fields->size = (size_t)(at - fields->data);
}

static void put_number(struct fields *fields, const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	put_field(fields, name, text);
}

/* Names of fields are capitals, digits and underscores, 64 bytes at most. */
static void put_label(struct fields *fields, const struct mw_label *label)
{
	char name[64];
	size_t length = (size_t)snprintf(name, sizeof(name), "MEMWATCH_LABEL_%s", label->name);

	for (size_t i = 0; i < length && name[i] != '\0'; i++)
		name[i] = isalnum((unsigned char)name[i]) ? (char)toupper((unsigned char)name[i])
							  : '_';
	put_field(fields, name, label->value);
}

static enum mw_sink_result deliver_journal(struct mw_sink *sink, const struct mw_message *message,
					   double now_s)
{
	struct fields fields = { .size = 0 };
	char id[MW_MESSAGE_ID_MAX];

	(void)now_s;
	mw_message_id(message, id);
	put_field(&fields, "MESSAGE", message->sentence);
	put_field(&fields, "MESSAGE_ID", message_ids[message->state]);
	put_number(&fields, "PRIORITY", priority_of(message));
	put_field(&fields, "SYSLOG_IDENTIFIER", "memwatch");
	put_field(&fields, "MEMWATCH_ID", id);
	put_field(&fields, "MEMWATCH_STATE", mw_state_name(message->state));
	put_field(&fields, "MEMWATCH_SEVERITY", mw_severity_name(message->severity));
	put_field(&fields, "MEMWATCH_FINGERPRINT", message->fingerprint);
	put_field(&fields, "MEMWATCH_HOST", message->host);
	put_field(&fields, "MEMWATCH_RULE", message->rule);
	put_field(&fields, "MEMWATCH_COMM", message->comm);
	put_number(&fields, "MEMWATCH_PID", message->pid);
	for (size_t i = 0; i < message->label_count; i++)
		put_label(&fields, &message->labels[i]);
	put_field(&fields, "MEMWATCH_JSON", message->json);
	return send_datagram(sink, JOURNAL_SOCKET, fields.data, fields.size);
}

/* --- syslog ---------------------------------------------------------------------------------------- */

static enum mw_sink_result deliver_syslog(struct mw_sink *sink, const struct mw_message *message,
					  double now_s)
{
	int facility = sink->config.facility != 0 ? sink->config.facility : LOG_DAEMON;
	time_t time = (time_t)message->time_s;
	char text[MW_MESSAGE_TEXT_MAX];
	char id[MW_MESSAGE_ID_MAX];
	char stamp[32];
	struct tm tm;
	int length;

	(void)now_s;
	mw_message_id(message, id);
	localtime_r(&time, &tm);
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	length = snprintf(text, sizeof(text), "<%d>%s memwatch[%d]: %s %s: %s id=%s",
			  facility | priority_of(message), stamp, (int)getpid(),
			  mw_severity_name(message->severity), mw_state_name(message->state),
			  message->sentence, id);
	if (length >= (int)sizeof(text))
		length = (int)sizeof(text) - 1;
	return send_datagram(sink, SYSLOG_SOCKET, text, (size_t)length);
}

const struct mw_sink_ops mw_sink_journal = {
	.name = "journal",
	.deliver = deliver_journal,
	.reopen = mw_sink_close_fd,
	.free = mw_sink_close_fd,
};

const struct mw_sink_ops mw_sink_syslog = {
	.name = "syslog",
	.deliver = deliver_syslog,
	.reopen = mw_sink_close_fd,
	.free = mw_sink_close_fd,
};
