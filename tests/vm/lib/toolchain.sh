# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# toolchain.sh - runs what builds a module against a kernel's headers: make, the compiler
# that the kernel was built with, and the programs that its headers bring. Where they
# do not run on this machine (7.x wants a newer C library than Debian 12's, 5.10 an
# older compiler), they run in a tree of the kernel's own release of Debian, unpacked in
# the cache and entered in namespaces of its own:
#
#	CACHE/toolchains/SUITE-COMPILER/    packages, unpacked and not installed

# shellcheck source=tests/namespace.sh
. "$MW_TOP/tests/namespace.sh"

# What a build calls beside the compiler.
TOOLCHAIN_PACKAGES='base-files dash bash coreutils diffutils sed grep gawk findutils libc-bin libc6-dev make kmod'

# kernel_compiler RELEASE: the compiler that its headers ask for, gcc-12.
kernel_compiler() {
	sed -n 's/.*CROSS_COMPILE)\(gcc-[0-9]*\).*/\1/p' \
		"$(kernel_headers "$1")/.kernelvariables" 2>/dev/null | grep -m 1 . || printf 'gcc\n'
}

# runs_here RELEASE: are its compiler and its headers' programs fit for this machine?
runs_here() {
	command -v "$(kernel_compiler "$1")" >/dev/null &&
		! ldd "$(kernel_headers "$1")/scripts/mod/modpost" 2>&1 | grep -q 'not found'
}

toolchain_dir() {
	printf '%s/toolchains/%s-%s' "$MW_CACHE" "$(kernel_suite "$1")" "$(kernel_compiler "$1")"
}

# toolchain_packages SUITE COMPILER: what is called differently or missing in some.
toolchain_packages() {
	local package
	# shellcheck disable=SC2086 # one word a package
	printf '%s\n' $TOOLCHAIN_PACKAGES "$2"
	for package in libelf1t64 libelf1 pahole; do
		! knows_package "$1" "$package" || printf '%s\n' "$package"
	done
}

# unpack_toolchain SUITE DIR COMPILER
unpack_toolchain() {
	local suite=$1 root=$2/root deb
	mkdir -p "$root"
	need_lists "$suite" || return 1
	# The lists' status is empty: apt downloads all that these depend on.
	# shellcheck disable=SC2046 # one word a package
	with_lists "$suite" apt-get -y --no-install-recommends -o "Dir::Cache::archives=$2" \
		--download-only install $(toolchain_packages "$suite" "$3") >&2 || return 1
	# base-files first: it has the links of a merged /usr.
	for deb in "$2"/base-files_*.deb "$2"/*.deb; do
		dpkg-deb -x "$deb" "$root" || return 1
	done
	# What their installation would have made.
	[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
	[ -e "$root/usr/bin/awk" ] || ln -s gawk "$root/usr/bin/awk"
	mkdir -p "$root/proc" "$root/dev" "$root/tmp"
}

# toolchain_locked RELEASE: make the tree, or change nothing.
toolchain_locked() {
	local dir suite compiler tmp
	dir=$(toolchain_dir "$1")
	suite=$(kernel_suite "$1")
	compiler=$(kernel_compiler "$1")
	[ ! -d "$dir" ] || return 0
	say "unpacking $compiler of Debian's $suite, since this machine cannot build for $1"
	mkdir -p "$MW_CACHE/toolchains"
	tmp=$(mktemp -d "$MW_CACHE/toolchains/.tmp.XXXXXX")
	mkdir -p "$tmp/partial"
	if { unpack_toolchain "$suite" "$tmp" "$compiler" ||
	     { fetch_lists "$suite" && unpack_toolchain "$suite" "$tmp" "$compiler"; }; } &&
	   mv "$tmp/root" "$dir"; then
		rm -rf "$tmp"
		return 0
	fi
	rm -rf "$tmp"
	die "$compiler of Debian's $suite could not be had: try again with a working network"
}

# namespace_options: for unshare; anybody may enter a tree as root of a user namespace.
namespace_options() {
	printf '%s\n' --mount --pid --fork
	[ "$(id -u)" -eq 0 ] || printf '%s\n' --user --map-root-user
}

# in_tree TREE DIR... -- COMMAND...: run it in the tree, with each DIR where it is here.
in_tree() {
	local tree=$1
	local -a dirs=() options
	local why
	shift
	while [ "$1" != -- ]; do
		dirs+=("$1")
		shift
	done
	shift
	mapfile -t options < <(namespace_options)
	! why=$(why_no_namespace "${options[@]}") || die "a build for this kernel: $why"
	# shellcheck disable=SC2016 # for the inner shell
	unshare "${options[@]}" bash -euc '
		tree=$1 count=$2
		shift 2
		mount --rbind /dev "$tree/dev"
		mount -t proc proc "$tree/proc"
		while [ "$count" -gt 0 ]; do
			mkdir -p "$tree$1"
			mount --rbind "$1" "$tree$1"
			shift
			count=$((count - 1))
		done
		PATH=/usr/sbin:/usr/bin:/sbin:/bin exec chroot "$tree" "$@"
	' in_tree "$tree" "${#dirs[@]}" "${dirs[@]}" "$@"
}

# prepare_toolchain RELEASE: that kernel_make has what it needs; says so, or dies.
prepare_toolchain() {
	if runs_here "$1"; then
		need_program make make
		[ ! -e "$(kernel_headers "$1")/vmlinux" ] || need_program pahole pahole
	else
		need_program unshare util-linux
		with_lock "$MW_CACHE/toolchains/lock" toolchain_locked "$1"
	fi
}

# kernel_make RELEASE DIR [ARGUMENT...]: make the external module in DIR against its
# headers; after prepare_toolchain. Reads the top of the source tree, writes DIR alone.
kernel_make() {
	local release=$1 dir=$2
	shift 2
	# MAKEFLAGS of a make that runs us are not for Kbuild.
	set -- env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL DEB_BUILD_ARCH=amd64 DEB_HOST_ARCH=amd64 \
		make -s -C "$(kernel_headers "$release")" M="$dir" "$@"
	if runs_here "$release"; then
		"$@"
		return
	fi
	in_tree "$(toolchain_dir "$release")" "$MW_TOP" "$MW_CACHE/kernels/$release" "$dir" -- "$@"
}
