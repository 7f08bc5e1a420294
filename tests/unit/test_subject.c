// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_subject.c - what a process belongs to across restarts, by the paths of control groups
 * that systemd, docker, podman, containerd, CRI-O and Kubernetes make.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "subject.h"

#define ID  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "9f8c7e1a-0b2c-4d3e-8f90-a1b2c3d4e5f6"
#define LOW "9f8c7e1a_0b2c_4d3e_8f90_a1b2c3d4e5f6"

static const struct {
	const char *path;
	const char *unit;
	const char *group;
} cases[] = {
	{ "", "", "" },
	{ "/", "", "" },
	{ "/system.slice/nginx.service", "nginx.service", "nginx.service" },
	{ "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service",
	  "getty@tty1.service" },
	{ "/system.slice/nginx.service/worker", "nginx.service", "nginx.service" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/app-foo.scope", "app-foo.scope",
	  "" },
	{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "" },
	{ "/.service", "", "" },
	{ "/batch/night", "", "" },
	/* docker and podman, with systemd and without */
	{ "/system.slice/docker-" ID ".scope", "docker-" ID ".scope", "container 0123456789ab" },
	{ "/docker/" ID, "", "container 0123456789ab" },
	{ "/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope",
	  "container 0123456789ab" },
	{ "/docker/" ID "/system.slice/cron.service", "cron.service", "container 0123456789ab" },
	/* Kubernetes: the pod stays when its containers are made anew */
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" LOW
	  ".slice/cri-containerd-" ID ".scope",
	  "cri-containerd-" ID ".scope", "pod " POD },
	{ "/kubepods/besteffort/pod" POD "/" ID, "", "pod " POD },
	{ "/kubepods.slice/kubepods-pod" LOW ".slice/crio-" ID ".scope", "crio-" ID ".scope",
	  "pod " POD },
	/* what only looks like it */
	{ "/podcast/podium", "", "" },
	{ "/pod9f8c7e1a-0b2c-4d3e-8f90-a1b2c3d4e5f", "", "" },
	{ "/kubepods/pod9f8c7e1a", "", "" },
	{ "/0123456789abcdef", "", "" },
	{ "/" ID "0", "", "" },
	{ "/0123456789abcdef/0123456789abcdef0123456789abcdef0123456789abcdef", "", "" },
};

static void groups_by_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char unit[MW_UNIT_MAX], group[MW_GROUP_MAX];

		mw_unit_of_cgroup(cases[i].path, unit);
		assert_string_equal(unit, cases[i].unit);
		mw_group_name(unit, cases[i].path, group);
		assert_string_equal(group, cases[i].group);
	}
}

/* A name that does not fit is none: cut, it would be another's. */
static void long_names(void **state)
{
	char path[512] = "/system.slice/", unit[MW_UNIT_MAX], group[MW_GROUP_MAX];

	(void)state;
	memset(path + strlen(path), 'x', 70);
	strcat(path, ".service");
	mw_unit_of_cgroup(path, unit);
	assert_int_equal(strlen(unit), 78);
	mw_group_name(unit, path, group);
	assert_string_equal(group, "");
	memset(path + 14, 'x', 400);
	mw_unit_of_cgroup(path, unit);
	assert_string_equal(unit, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_by_path),
		cmocka_unit_test(long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
