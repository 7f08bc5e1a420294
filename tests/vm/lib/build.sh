# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# build.sh - what goes into the guest is built here: the module against the
# guest's kernel, in a copy of its sources so that memwatch.ko at the top and
# the modules for other kernels are left alone, and the reader.

# What is built, of which sources, with which arguments for Kbuild: tests/kunit/run
# has others. With MEMWATCH_GCOV=1 it counts the lines that run (Kbuild).
MW_KO=memwatch.ko MW_SOURCES='Kbuild module' MW_MAKE_ARGS=''
MW_KO_DIR=$MW_BUILD/vm/module

# What the module is made of, relative to the top.
module_sources() {
	# shellcheck disable=SC2086 # one word a place
	(cd "$MW_TOP" && find $MW_SOURCES -type f \
		\( -name Kbuild -o -name 'Makefile*' -o -name '*.[chS]' \
		   -o -name '*.sh' -o -name 'Kbuild.*' \) \
		! -name '*.mod.c' ! -name '.*' 2>/dev/null | sort)
}

# sources_key RELEASE: changes when the module has to be built again.
sources_key() {
	{
		printf '%s\n' "$1"
		"$(kernel_compiler "$1")" --version 2>/dev/null | head -1
		module_sources | (cd "$MW_TOP" && xargs sha256sum)
	} | sha256sum
}

# copy_sources DIR: bring DIR up to date, keeping times so that make sees what changed.
copy_sources() {
	local dir=$1
	mkdir -p "$dir"
	module_sources | (cd "$MW_TOP" && xargs cp --parents -p -t "$dir")
	(cd "$dir" && find . -type f -name '*.[chS]' ! -name '*.mod.c' ! -name '.*' -printf '%P\n') |
	while read -r file; do
		[ -e "$MW_TOP/$file" ] || rm -f "$dir/$file"
	done
}

# build_module_locked RELEASE DIR
build_module_locked() {
	local release=$1 dir=$2 key
	key=$(sources_key "$release")
	if [ -e "$dir/$MW_KO" ] && [ "$key" = "$(cat "$dir/.key" 2>/dev/null)" ]; then
		return 0
	fi
	prepare_toolchain "$release"
	say "building the module for $release"
	copy_sources "$dir"
	rm -f "$dir/.key" "$dir/$MW_KO"
	# shellcheck disable=SC2086 # one word an argument
	kernel_make "$release" "$dir" -j2 $MW_MAKE_ARGS modules >"$dir/build.log" 2>&1 || {
		cat "$dir/build.log" >&2
		die "the module does not build for $release (full log in $dir/build.log)"
	}
	! grep -iE 'warning:' "$dir/build.log" >&2 ||
		die "the module builds for $release, but with warnings (full log in $dir/build.log)"
	printf '%s\n' "$key" >"$dir/.key"
}

# module_dir RELEASE: where it is built; with counts of lines its objects are others.
module_dir() {
	printf '%s/%s%s' "$MW_KO_DIR" "$1" "${MEMWATCH_GCOV:+-gcov}"
}

# build_module RELEASE: print the path of memwatch.ko for it; dies if it does not build.
build_module() {
	local release=$1 dir
	dir=$(module_dir "$1")
	[ -e "$MW_TOP/Kbuild" ] ||
		die "there is no module to build (no Kbuild at $MW_TOP): use --no-module"
	with_lock "$dir.lock" build_module_locked "$release" "$dir"
	printf '%s/%s' "$dir" "$MW_KO"
}

# build_reader: print the path of the reader, made up to date; nothing if it has no sources.
build_reader() {
	compgen -G "$MW_TOP/userspace/cmd/*.c" >/dev/null || return 0
	with_lock "$MW_BUILD/.lock" env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		make -s -C "$MW_TOP" build/memwatch >&2 ||
		die "the reader does not build: see above, or leave it out with --no-reader"
	printf '%s/memwatch' "$MW_BUILD"
}
