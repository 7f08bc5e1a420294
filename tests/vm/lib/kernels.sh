# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# kernels.sh - from a short name (6.12) to an unpacked kernel and its headers.
# Packages are resolved from apt's lists, downloaded without being installed,
# and unpacked in the cache under their release:
#
#	CACHE/kernels/RELEASE/{boot,lib,usr}/...   as in the packages
#	CACHE/kernels/NAME.release                 what NAME meant the last time
#
# Nothing outside the cache is written, and nothing needs root but `apt-get
# update` when there are no lists at all.

# NAME | meta packages, tried in turn | what the image's package is called
KERNEL_TABLE='
6.1     | linux-image-cloud-amd64 linux-image-6.1-cloud-amd64  | linux-image-6[.]1[.][0-9a-z+.-]*-cloud-amd64
6.12    | linux-image-6.12-cloud-amd64 linux-image-cloud-amd64 | linux-image-6[.]12[.][0-9a-z+.-]*-cloud-amd64
6.1-rt  | linux-image-rt-amd64 linux-image-6.1-rt-amd64        | linux-image-6[.]1[.][0-9a-z+.-]*-rt-amd64
6.12-rt | linux-image-6.12-rt-amd64 linux-image-rt-amd64       | linux-image-6[.]12[.][0-9a-z+.-]*-rt-amd64
'

kernel_names() {
	awk -F'|' 'NF == 3 { gsub(/ /, "", $1); printf "%s%s", sep, $1; sep = ", " }' <<<"$KERNEL_TABLE"
}

# kernel_entry NAME: "metas|pattern", or failure for an unknown name.
kernel_entry() {
	awk -F'|' -v name="$1" '
		{ key = $1; gsub(/ /, "", key) }
		NF == 3 && key == name {
			gsub(/^ +| +$/, "", $2); gsub(/^ +| +$/, "", $3)
			print $2 "|" $3; found = 1
		}
		END { exit !found }' <<<"$KERNEL_TABLE"
}

# package_depends PACKAGE PATTERN: its first dependency that matches in full.
package_depends() {
	LC_ALL=C apt-cache depends "$1" 2>/dev/null |
		awk -v pattern="^($2)\$" '
			/^ *\|?Depends: / && $NF ~ pattern && !found { print $NF; found = 1 }
			END { exit !found }'
}

# image_package NAME: the package that NAME stands for today; fails without lists.
image_package() {
	local entry metas pattern meta
	entry=$(kernel_entry "$1") || return 1
	metas=${entry%%|*}
	pattern=${entry#*|}
	for meta in $metas; do
		package_depends "$meta" "$pattern" && return 0
	done
	return 1
}

# header_packages HEADERS: the three packages that an external module needs.
header_packages() {
	printf '%s\n' "$1"
	package_depends "$1" 'linux-headers-.*-common(-rt)?' &&
		package_depends "$1" 'linux-kbuild-.*'
}

apt_update() {
	[ "$(id -u)" -eq 0 ] || return 1
	say "apt's package lists know no such kernel or are out of date: running apt-get update"
	apt-get -q update >&2
}

# fetch_packages DIR PACKAGE...: download and unpack them below DIR.
fetch_packages() {
	local dir=$1 deb
	shift
	mkdir -p "$dir/debs" "$dir/root"
	say "downloading $*"
	(cd "$dir/debs" && apt-get -q -o APT::Sandbox::User=root download "$@" >&2) || return 1
	for deb in "$dir"/debs/*.deb; do
		say "unpacking $(basename "$deb")"
		dpkg-deb -x "$deb" "$dir/root" || return 1
	done
}

# The headers' Makefiles include each other by absolute paths: point them here.
# rewrite_header_paths ROOT FINAL
rewrite_header_paths() {
	find "$1/usr/src" -maxdepth 2 -name Makefile -type f -path '*linux-headers-*' \
		-exec sed -i "s|^include /usr/src/|include $2/usr/src/|" {} +
}

# fetch_release IMAGE: make CACHE/kernels/RELEASE complete, or change nothing.
fetch_release() {
	local image=$1 release=${1#linux-image-} dir headers
	dir=$MW_CACHE/kernels/$release
	[ -d "$dir" ] && return 0
	headers=$(header_packages "linux-headers-$release") || {
		say "apt's lists have $image but not the headers that go with it"
		return 1
	}
	mkdir -p "$MW_CACHE/kernels"
	local tmp
	tmp=$(mktemp -d "$MW_CACHE/kernels/.tmp.XXXXXX")
	# shellcheck disable=SC2086 # one word a package
	if fetch_packages "$tmp" "$image" $headers &&
	   rewrite_header_paths "$tmp/root" "$dir" &&
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

# fetch_newest NAME: print the release that apt offers, downloaded.
fetch_newest() {
	local image
	image=$(image_package "$1") && fetch_release "$image" &&
		printf '%s' "${image#linux-image-}"
}

# kernel_release NAME: print the release to boot, downloaded; dies if there is none.
kernel_release() {
	local name=$1 release
	kernel_entry "$name" >/dev/null ||
		die "kernel '$name' is unknown: choose one of $(kernel_names)"
	need_program apt-get apt
	need_program dpkg-deb dpkg
	if release=$(fetch_newest "$name") ||
	   { ! cached_release "$name" >/dev/null && apt_update && release=$(fetch_newest "$name"); }; then
		remember_release "$name" "$release"
	elif release=$(cached_release "$name"); then
		say "apt cannot give kernel $name now: using $release from the cache"
	else
		die "apt offers no package for kernel $name: run \`$(as_root_line 'apt-get update')\` with a working network and try again; if this release of Debian has no $name, choose another"
	fi
	printf '%s' "$release"
}

# kernel_image RELEASE, kernel_headers RELEASE: paths in the cache.
kernel_image() {
	printf '%s/kernels/%s/boot/vmlinuz-%s' "$MW_CACHE" "$1" "$1"
}

kernel_headers() {
	printf '%s/kernels/%s/usr/src/linux-headers-%s' "$MW_CACHE" "$1" "$1"
}
