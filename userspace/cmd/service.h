/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * service.h - what systemd is told of a service of Type=notify. Nothing happens outside of one.
 */
#ifndef MW_SERVICE_H
#define MW_SERVICE_H

/** service_tell() - "READY=1" and the like, a line each; see sd_notify(3) */
void service_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* MW_SERVICE_H */
