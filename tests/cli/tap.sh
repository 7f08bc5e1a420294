#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tap.sh - for the tests of the command line: run memwatch, say whether what came
# of it is what was expected, as TAP. Sourced, not run. $MEMWATCH is the program
# to test (build/memwatch if unset); $work is a directory that goes away.

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
MEMWATCH=${MEMWATCH:-$PWD/build/memwatch}
readonly MEMWATCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
export LC_ALL=C
unset NO_COLOR

# mw ARGS...: run memwatch; $out, $err and $status are what came of it.
mw() {
	status=0
	"$MEMWATCH" "$@" >"$work/out" 2>"$work/err" || status=$?
	out=$(cat "$work/out") err=$(cat "$work/err")
}

# check NAME COMMAND...: one test, passed if the command succeeds.
check() {
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		printf '# status %s\n' "${status-}"
		printf '%s\n' "${out-}" | sed 's/^/# out: /'
		printf '%s\n' "${err-}" | sed 's/^/# err: /'
		failed=1
	fi
}

# Conditions for check; each speaks of the last run.
exits() { [ "$status" -eq "$1" ]; }
says() { [[ $out == *"$1"* ]]; }
complains() { [[ $err == *"$1"* ]]; }
is_silent() { [ -z "$out" ] && [ -z "$err" ]; }
all_of() {
	local condition
	for condition in "$@"; do
		eval "$condition" || return 1
	done
}

# is_json FILE: every line of it is one JSON object.
is_json() { jq -e -c 'type == "object"' "$1" >/dev/null; }

# $grow: a program that touches STEP KiB more every PAUSE ms, STEPS times. Tests run side by
# side, so that each has one of another name, $grow_name.
build_grow() {
	grow_name=grow-$$
	grow=$work/$grow_name
	cat >"$work/grow.c" <<'END'
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	size_t step = (size_t)atoi(argv[1]) * 1024;

	for (int i = 0; argc == 4 && i < atoi(argv[3]); i++) {
		char *block = malloc(step);

		memset(block, 1, step);
		__asm__ volatile("" : : "r"(block) : "memory");
		usleep((unsigned int)atoi(argv[2]) * 1000);
	}
	return 5;
}
END
	cc -O1 -o "$grow" "$work/grow.c"
}

finish() { exit "$failed"; }
