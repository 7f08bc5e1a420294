# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# common.sh - how the VM harness speaks and fails. Everything it says goes to
# stderr: stdout belongs to the guest's script alone.

# Set by the file that sources this one.
: "${MW_TOP:?MW_TOP must name the top of the source tree}"

# shellcheck disable=SC2034 # used by the files beside this one
MW_BUILD=$MW_TOP/build
# shellcheck disable=SC2034
MW_CACHE=${MEMWATCH_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/memwatch}

# One line of progress.
say() {
	printf 'vm: %s\n' "$*" >&2
}

# The run cannot be made at all: a sentence with the next step, exit 2.
die() {
	printf 'vm: %s\n' "$*" >&2
	exit 2
}

# need_program PROGRAM PACKAGE: die with the apt-get line unless it is there.
need_program() {
	command -v "$1" >/dev/null ||
		die "$1 is missing: install it with \`$(as_root_line "apt-get install -y $2")\`"
}

# as_root_line COMMAND: the command as this user has to type it.
as_root_line() {
	if [ "$(id -u)" -eq 0 ]; then
		printf '%s' "$1"
	else
		printf 'sudo %s' "$1"
	fi
}

# with_lock FILE COMMAND...: run it while no other run holds FILE.
with_lock() {
	local file=$1 fd status=0
	shift
	mkdir -p "$(dirname "$file")" && [ -w "$(dirname "$file")" ] ||
		die "cannot write to $(dirname "$file"): see whose it is, or set MEMWATCH_CACHE to another place"
	exec {fd}>"$file"
	flock "$fd"
	"$@" || status=$?
	exec {fd}>&-
	return "$status"
}
