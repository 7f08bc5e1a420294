# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# kernels.sh - from a short name (6.12) to an unpacked kernel and its headers.
# Packages are resolved from apt's lists, downloaded without being installed,
# and unpacked in the cache under their release:
#
#	CACHE/kernels/RELEASE/{boot,lib,usr}/...   as in the packages
#	CACHE/kernels/RELEASE/.suite               the release of Debian that it is of
#	CACHE/kernels/NAME.release                 what NAME meant the last time
#
# Nothing outside the cache is written, and nothing needs root but `apt-get
# update` when there are no lists at all.

# NAME | whose lists are asked, in turn: `host` is this machine's own. A name is a
# version and perhaps a flavour; what stands in the newest list is what it means.
KERNEL_TABLE='
5.10    | bullseye
6.1     | host bookworm
6.1-rt  | host bookworm
6.12    | host bookworm trixie
6.12-rt | host bookworm trixie
7.x     | trixie-backports forky sid
'

# Debian packages none of these: tests/kernels/build makes them.
BUILT_KERNELS='debug bench lean'

# packaged_kernels: their names, one a line.
packaged_kernels() {
	awk -F'|' 'NF == 2 { gsub(/ /, "", $1); print $1 }' <<<"$KERNEL_TABLE"
}

kernel_names() {
	packaged_kernels | sed 's/$/,/' | tr '\n' ' '
	printf '%s' "${BUILT_KERNELS// /, }"
}

is_built_kernel() {
	[[ " $BUILT_KERNELS " == *" $1 "* ]]
}

# kernel_suites NAME: whose lists to ask; failure for an unknown name.
kernel_suites() {
	awk -F'|' -v name="$1" '
		{ key = $1; gsub(/ /, "", key) }
		NF == 2 && key == name { print $2; found = 1 }
		END { exit !found }' <<<"$KERNEL_TABLE"
}

# release_pattern NAME: what the releases look like that it stands for.
release_pattern() {
	local version=${1%-rt} flavour=cloud
	[ "$version" = "$1" ] || flavour=rt
	version=${version%.x}
	printf '%s[.][0-9a-z+.-]*-%s-amd64' "${version//./[.]}" "$flavour"
}

# image_packages SUITE RELEASE: what the kernel and its modules are in; fails if the
# lists have none. From 7.x on the image is split, and linux-image is empty.
image_packages() {
	local suite=$1 release=$2 image
	if knows_package "$suite" "linux-binary-unsigned-$release"; then
		printf '%s\n' "linux-binary-unsigned-$release" "linux-modules-$release"
		return
	fi
	for image in "linux-image-$release" "linux-image-$release-unsigned"; do
		if knows_package "$suite" "$image"; then
			printf '%s\n' "$image"
			return
		fi
	done
	return 1
}

# header_packages SUITE RELEASE: the three that an external module needs.
header_packages() {
	local headers=linux-headers-$2
	printf '%s\n' "$headers"
	package_depends "$1" "$headers" 'linux-headers-.*-common(-rt)?' &&
		package_depends "$1" "$headers" 'linux-kbuild-.*'
}

# newest_release SUITE NAME: of those whose headers and image are in the lists.
newest_release() {
	local release
	while read -r release; do
		[ -d "$MW_CACHE/kernels/$release" ] ||
			image_packages "$1" "$release" >/dev/null || continue
		printf '%s' "$release"
		return 0
	done < <(with_lists "$1" apt-cache pkgnames linux-headers- 2>/dev/null |
		sed -n "s/^linux-headers-\($(release_pattern "$2")\)\$/\1/p" | sort -Vr)
	return 1
}

apt_update() {
	[ "$(id -u)" -eq 0 ] || return 1
	say "apt's package lists know no such kernel or are out of date: running apt-get update"
	apt-get -q update >&2
}

# The headers' Makefiles name each other by absolute paths: point them here.
# rewrite_header_paths ROOT FINAL
rewrite_header_paths() {
	find "$1/usr/src" -maxdepth 2 -name Makefile -type f -path '*linux-headers-*' \
		-exec sed -i -E "s#^(include |KBUILD_OUTPUT=)/usr/src/#\\1$2/usr/src/#" {} +
}

# suite_name SUITE: the release of Debian that a kernel from its lists was built on.
suite_name() {
	if [ "$1" = host ]; then
		sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
	else
		printf '%s\n' "${1%-backports}"
	fi
}

# fetch_release SUITE RELEASE: make CACHE/kernels/RELEASE complete, or change nothing.
fetch_release() {
	local suite=$1 release=$2 dir=$MW_CACHE/kernels/$2 images headers tmp
	[ ! -d "$dir" ] || return 0
	images=$(image_packages "$suite" "$release") &&
		headers=$(header_packages "$suite" "$release") || {
		say "the lists of $suite have $release, but not all the packages that it is made of"
		return 1
	}
	mkdir -p "$MW_CACHE/kernels"
	tmp=$(mktemp -d "$MW_CACHE/kernels/.tmp.XXXXXX")
	# shellcheck disable=SC2086 # one word a package
	if fetch_packages "$suite" "$tmp" $images $headers &&
	   rewrite_header_paths "$tmp/root" "$dir" &&
	   suite_name "$suite" >"$tmp/root/.suite" &&
	   chmod 755 "$tmp/root" &&
	   mv "$tmp/root" "$dir"; then
		rm -rf "$tmp"
		return 0
	fi
	rm -rf "$tmp"
	return 1
}

remember_release() {
	printf '%s\n' "$2" >"$MW_CACHE/kernels/.$1.$$"
	mv "$MW_CACHE/kernels/.$1.$$" "$MW_CACHE/kernels/$1.release"
}

cached_release() {
	local release
	release=$(cat "$MW_CACHE/kernels/$1.release" 2>/dev/null) &&
		[ -d "$MW_CACHE/kernels/$release" ] && printf '%s' "$release"
}

# fetch_from SUITE NAME: print the release that its lists offer, downloaded.
fetch_from() {
	local release
	need_lists "$1" && release=$(newest_release "$1" "$2") &&
		fetch_release "$1" "$release" && printf '%s' "$release"
}

# fetch_newest NAME: the same, from the first lists that have it.
fetch_newest() {
	local suite
	for suite in $(kernel_suites "$1"); do
		fetch_from "$suite" "$1" && return 0
	done
	return 1
}

# Lists may be missing or speak of what the mirror has replaced: fetched anew, once.
fetch_with_new_lists() {
	local suite
	for suite in $(kernel_suites "$1"); do
		if [ "$suite" = host ]; then
			apt_update || continue
		else
			fetch_lists "$suite" || continue
		fi
		fetch_from "$suite" "$1" && return 0
	done
	return 1
}

# kernel_release NAME: print the release to boot, downloaded; dies if there is none.
kernel_release() {
	local name=$1 release
	kernel_suites "$name" >/dev/null ||
		die "kernel '$name' is unknown: choose one of $(kernel_names)"
	need_program apt-get apt
	need_program dpkg-deb dpkg
	if release=$(fetch_newest "$name") ||
	   { ! cached_release "$name" >/dev/null && release=$(fetch_with_new_lists "$name"); }; then
		remember_release "$name" "$release"
	elif release=$(cached_release "$name"); then
		say "apt cannot give kernel $name now: using $release from the cache"
	else
		die "apt offers no package for kernel $name: run \`$(as_root_line 'apt-get update')\` with a working network and try again, or choose another kernel"
	fi
	printf '%s' "$release"
}

# find_kernel NAME: as kernel_release, or built; others may look for theirs meanwhile.
find_kernel() {
	if is_built_kernel "$1"; then
		"$MW_TOP/tests/kernels/build" "$1"
	else
		with_lock "$MW_CACHE/lock" kernel_release "$1"
	fi
}

# kernel_image RELEASE, kernel_headers RELEASE: paths in the cache.
kernel_image() {
	local root=$MW_CACHE/kernels/$1
	if [ -e "$root/boot/vmlinuz-$1" ]; then
		printf '%s' "$root/boot/vmlinuz-$1"
	else
		printf '%s' "$root/usr/lib/modules/$1/vmlinuz.unsigned"
	fi
}

kernel_headers() {
	printf '%s/kernels/%s/usr/src/linux-headers-%s' "$MW_CACHE" "$1" "$1"
}

# kernel_module RELEASE NAME: the path of a module of the kernel; fails if it has none
# (it may be built in).
kernel_module() {
	find "$MW_CACHE/kernels/$1" -path '*/modules/*' -name "${2//[-_]/[-_]}.ko*" | grep -m 1 .
}

# modules_in_order RELEASE NAME...: paths of those that are not built in, each behind
# what it depends on.
modules_in_order() {
	local release=$1 name path
	shift
	for name in "$@"; do
		path=$(kernel_module "$release" "$name") || continue
		# shellcheck disable=SC2046 # one word a module
		modules_in_order "$release" $(modinfo -F depends "$path" | tr , ' ')
		printf '%s\n' "$path"
	done | awk '!seen[$0]++'
}

# kernel_suite RELEASE: the release of Debian that it is of. (A cache of before this was
# noted holds what the machine's own lists gave.)
kernel_suite() {
	cat "$MW_CACHE/kernels/$1/.suite" 2>/dev/null || suite_name host
}
