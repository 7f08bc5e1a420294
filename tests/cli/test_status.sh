#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# memwatch status: with a module, without one, and with one that is not ours.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

host=$work/host
mkdir -p "$host/proc"
mw status --root "$host"
check "without the module it says so, and what to do" all_of 'exits 1' \
	'says "module: not loaded"' 'says "next step: "'
mw status --root "$host" --json
check "the same as JSON" all_of 'exits 1' 'is_json "$work/out"' \
	'jq -e ".loaded == false and .module == null and (.error | length) > 0" "$work/out" >/dev/null'

# on_kernel RELEASE: memwatch status, without the module, as if that kernel ran.
cat >"$work/uname.c" <<'END'
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

int uname(struct utsname *name)
{
	memset(name, 0, sizeof(*name));
	strncpy(name->release, getenv("RELEASE"), sizeof(name->release) - 1);
	return 0;
}
END
cc -shared -fPIC -o "$work/uname.so" "$work/uname.c"
on_kernel() {
	RELEASE=$1 LD_PRELOAD=$work/uname.so ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
		mw status --root "$host"
}

on_kernel 6.99.0-1-cloud-amd64
check "a kernel of Debian without headers: what to type" all_of 'exits 1' \
	'says "next step: apt-get install linux-headers-6.99.0-1-cloud-amd64, then make module"'
on_kernel 6.99.8-200.fc44.x86_64
check "somebody else's: no package of Debian" all_of 'exits 1' '! says apt-get' \
	'says "next step: install the headers that came with kernel 6.99.8-200.fc44.x86_64"'

mkdir -p "$host/proc/memwatch"
cat >"$host/proc/memwatch/status" <<'END'
abi=1
version=0.1.0
page_size=4096
tracepoint.mm_page_alloc=attached
events.mm_page_alloc=97
tracepoint.odd=absent: a "quoted" reason with = in it
cost=1.5
END
mw status --root "$host"
check "with the module every key is shown" all_of 'exits 0' 'says "module: loaded"' \
	'[[ $out =~ version\ +0.1.0 ]]' '[ -z "$err" ]' \
	'[[ $out =~ mm_page_alloc\ +tracepoint\ attached,\ events\ 97 ]]'
mw status --root "$host" --json
check "the same as JSON" all_of 'exits 0' 'is_json "$work/out"' \
	'jq -e ".loaded and .error == null and .module.page_size == 4096 and
		.module.version == \"0.1.0\" and .module.cost == \"1.5\" and
		.module[\"tracepoint.odd\"] == \"absent: a \\\"quoted\\\" reason with = in it\"" \
		"$work/out" >/dev/null'

printf 'abi=2\nname=\033[2J\377\n' >"$host/proc/memwatch/status"
mw status --root "$host"
check "a module of a later ABI is pointed out" all_of 'exits 0' 'complains "the module speaks ABI 2"'
check "nothing moves the terminal" all_of '[[ $out != *$'\''\033'\''* ]]' 'says "\\033[2J\\377"'
mw status --root "$host" --json
check "JSON of bytes that are no UTF-8" all_of 'exits 0' 'is_json "$work/out"' \
	'iconv -f UTF-8 -t UTF-8 "$work/out" >/dev/null'
: >"$host/proc/memwatch/status"
mw status --root "$host"
check "an empty status" all_of 'exits 0' 'complains "does not name its ABI"'
rm "$host/proc/memwatch/status"
mkdir "$host/proc/memwatch/status"
mw status --root "$host"
check "a status that cannot be read" all_of 'exits 4' \
	'says "module: loaded, but its status cannot be read: Is a directory"'
finish
