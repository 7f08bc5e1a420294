#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make module` says of kernels, headers and compilers that will not do: one sentence
# each, before anything is compiled. Needs the headers of 5.10, 6.1 and 6.12, as the VM
# tests do; what other headers would hold is set on make's command line.

# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/../cli/tap.sh"

# make_module KERNEL VARIABLE...: in a copy, with the headers of KERNEL; $out and $status.
make_module() {
	local headers
	headers=$(tests/vm/run --kdir "$1")
	shift
	status=0
	out=$(env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$work/tree" module "KDIR=$headers" "$@" 2>&1) ||
		status=$?
}

# refuses SENTENCE KERNEL VARIABLE...: with that one sentence, and nothing compiled.
refuses() {
	local sentence=$1
	shift
	make_module "$@"
	! exits 0 && says "$sentence" && ! says ' CC ' && [ "$(grep -c 'memwatch[ :]' <<<"$out")" -eq 1 ]
}

# kdir DIR RELEASE
kdir() {
	status=0
	out=$(tests/kdir --check "$@" 2>&1) || status=$?
}

mkdir "$work/tree"
find Makefile Kbuild module tests/kdir -type f ! -name '.*' ! -name '*.o' ! -name '*.ko' \
	! -name '*.mod' ! -name '*.mod.c' -exec cp --parents -t "$work/tree" {} +
release=$(basename "$(tests/vm/run --kdir 6.1)")
release=${release#linux-headers-}

for kernel in 5.10 6.1 6.12; do
	check "$kernel as if it were 5.4" refuses 'memwatch does not support Linux 5.4' \
		"$kernel" VERSION=5 PATCHLEVEL=4
	check "$kernel's headers for another kernel" refuses ', not of 6.99.0-other, which would not load' \
		"$kernel" KVER=6.99.0-other
	check "$kernel built with gcc, we with clang" refuses 'is clang, which does not know its flags' \
		"$kernel" CC=clang
	check "$kernel built with clang, we with gcc" refuses 'build with LLVM=1' \
		"$kernel" CC=gcc CONFIG_CC_IS_CLANG=y
	check "$kernel without tracepoints" refuses 'has no tracepoints, by which memwatch hears' \
		"$kernel" CONFIG_TRACEPOINTS=
	check "$kernel without /proc" refuses 'has no /proc, where memwatch tells' "$kernel" CONFIG_PROC_FS=
	check "$kernel as if it were of 32 bits" refuses 'is of 32 bits, and memwatch needs one of 64' \
		"$kernel" CONFIG_64BIT=
	check "$kernel's compiler is not there" refuses 'wants the compiler gcc-99, which is not' \
		"$kernel" CC=gcc-99
done
make_module 6.1 CONFIG_GCC_VERSION=60300
check "another gcc is noted once, and builds" all_of 'exits 0' '[ -e "$work/tree/memwatch.ko" ]' \
	'[ "$(grep -c "was built with gcc 6, this is gcc 1" <<<"$out")" -eq 1 ]'

kdir /nowhere 6.1.0-1-amd64
check "missing headers of Debian" all_of 'exits 2' \
	'says "no headers of kernel 6.1.0-1-amd64 in /nowhere: install them with \"apt-get install -y linux-headers-6.1.0-1-amd64\""'
kdir /nowhere 6.6.8-200.fc39.x86_64
check "missing headers of somebody else" all_of 'exits 2' '! says apt-get' \
	'says "install the headers that came with it"'
mkdir -p "$work/raw"
: >"$work/raw/Makefile"
kdir "$work/raw" 6.1.0
check "a source tree that was never built" all_of 'exits 2' 'says "make modules_prepare"'
# The directory of one kernel alone, of Debian's three packages; and with the programs of
# the third, one of them another machine's, but without the second.
headers=$(tests/vm/run --kdir 6.1)
cp -a "$headers" "$work/alone"
kdir "$work/alone" "$release"
check "headers without the programs beside them" all_of 'exits 2' \
	'says "the headers in $work/alone lack scripts/basic/fixdep, which another package"' '[ "$(wc -l <<<"$out")" -eq 1 ]'
rm "$work/alone/scripts" "$work/alone/tools"
cp -rL "$headers/scripts" "$headers/tools" "$work/alone"
kdir "$work/alone" "$release"
check "headers with them" all_of 'exits 0' '[ -z "$out" ]'
printf '\1' | dd of="$work/alone/scripts/mod/modpost" bs=1 seek=18 conv=notrunc status=none
kdir "$work/alone" "$release"
check "programs of another machine" all_of 'exits 2' '[ "$(wc -l <<<"$out")" -eq 1 ]' \
	'says "scripts/mod/modpost of the headers in $work/alone does not run on this machine (cannot execute binary file: Exec format error)"'
echo "include $work/common/Makefile" >"$work/alone/Makefile"
kdir "$work/alone" "$release"
check "headers without what all kernels share" all_of 'exits 2' '[ "$(wc -l <<<"$out")" -eq 1 ]' \
	'says "lack $work/common/Makefile, which another package"'
kdir "$headers" "$release"
check "headers as they should be" all_of 'exits 0' '[ -z "$out" ]'
finish
