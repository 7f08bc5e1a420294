#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The life of an installation, on bookworm in a chroot with real packages: `make install`
# on 6.1; a new kernel arrives (the packages' own hooks have dkms build for it); a version
# that does not build leaves the old module in place and says why, one that builds takes
# its place; a kernel is removed; `make uninstall` leaves the tree as it was.

# shellcheck source=tests/dkms/lib.sh
. "$(dirname "$0")/lib.sh"

make_in() {
	inside make --no-print-directory -C /memwatch "$@"
}

# What there is of ours, by name, without the checkout and dkms's key, which stays.
files() {
	(cd "$root" && find . -xdev -path ./memwatch -prune -o \( -name '*memwatch*' -o -path './var/lib/dkms/*' \) \
		! -name 'mok.*' -print | sort)
}

hash_of() {
	modules_of "$1" | xargs -r sha256sum
}

# refuses SENTENCE GOAL...: make fails and says why.
refuses() {
	local sentence=$1
	shift
	! make_in "$@" && says "$sentence"
}

is_installed() {
	inside dkms status "$package" -k "$1" && says installed
}

# break_source, mend_source: one file of the checkout in the chroot does not compile.
break_source() {
	echo '#error the test broke this' >>"$root/memwatch/module/main.c"
}

mend_source() {
	sed -i '/#error the test broke this/d' "$root/memwatch/module/main.c"
}

# set_version VERSION, in the checkout in the chroot.
set_version() {
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$1\"/" "$root/memwatch/dkms.conf"
	sed -i "s/^\(#define MEMWATCH_VERSION\) .*/\1 \"$1\"/" "$root/memwatch/module/memwatch_abi.h"
}

enter bookworm
newest linux-headers-cloud-amd64 'linux-headers-6[.]1[.].*'
old=$release
newest linux-headers-6.12-cloud-amd64 'linux-headers-6[.]12.*'
new=$release
readonly old new

check "without headers make install says what to type" refuses \
	"apt-get install -y linux-headers-$old" install "KVER=$old"
apt_install "linux-image-$old" "linux-headers-$old"
files >"$work/before"

check "make install puts the module under dkms" make_in install "KVER=$old"
check "and says what comes next" all_of 'says "/lib/modules/$old/updates/dkms/memwatch.ko"' \
	'says "next: boot $old, then modprobe memwatch"'
check "it is for $old, of version $version" is_for "$old" "$version"
check "signed" is_signed "$old"
check "the reader is there" inside memwatch --version
check "with its man page and the examples" all_of '[ -s "$root/usr/local/share/man/man1/memwatch.1" ]' \
	'[ -s "$root/usr/local/share/doc/memwatch/examples/modules-load.d/memwatch.conf" ]' \
	'[ -s "$root/usr/local/share/doc/memwatch/examples/modprobe.d/memwatch.conf" ]'

apt_install "linux-image-$new" "linux-headers-$new"
check "a new kernel's packages have dkms build for it" says "running auto installation service for kernel $new"
check "the module is there for $new" is_for "$new" "$version"
check "and dkms knows" is_installed "$new"
check "the one for $old still is" is_for "$old" "$version"

# shellcheck disable=SC2034 # in conditions below
before=$(hash_of "$old")
break_source
check "a source that does not build is refused, with the compiler's words" refuses \
	'error: #error the test broke this' install "KVER=$old"
check "and what was in place is said to stay" says 'what was in place stays'
check "which it does" all_of '[ "$(hash_of "$old")" = "$before" ]' 'is_installed "$old"'
set_version 99.0
check "so is a new version that does not build" refuses 'error: #error the test broke this' \
	install "KVER=$old"
check "the old version stays, and nothing of the new" all_of '[ "$(hash_of "$old")" = "$before" ]' \
	'is_installed "$old"' '[ ! -e "$root/usr/src/memwatch-99.0" ]' \
	'[ -z "$(inside dkms status memwatch/99.0; echo "$out")" ]'
mend_source
check "mended, the new version is installed" make_in install "KVER=$old"
check "it takes the place of the old" is_for "$old" 99.0
check "but not for the other kernel" is_for "$new" "$version"
check "once more, it is built anew" make_in install "KVER=$old"
check "make uninstall takes it away" all_of 'make_in uninstall "KVER=$old"' \
	'[ ! -e "$root/usr/src/memwatch-99.0" ]'
set_version "$version"

check "a kernel that goes takes its module along" all_of \
	'inside apt-get remove -y "linux-image-$new" "linux-headers-$new"' \
	'[ -z "$(modules_of "$new" 2>/dev/null)" ]' '! is_installed "$new"'
check "make uninstall takes the rest" make_in uninstall "KVER=$old"
files >"$work/after"
check "and leaves nothing behind" diff "$work/before" "$work/after"

check "5.4 is refused with a sentence" refuses 'Linux 5.10 is the oldest' \
	install KVER=5.4.0-26-amd64 "KDIR=/usr/src/linux-headers-$old"
check "so are headers of another kernel" refuses "these headers are of kernel $old, not of 6.1.0-0-none" \
	install KVER=6.1.0-0-none "KDIR=/usr/src/linux-headers-$old"
check "make install DESTDIR= needs neither root's dkms nor headers" make_in install DESTDIR=/stage PREFIX=/usr
check "it lays out source and reader" all_of '[ -x "$root/stage/usr/bin/memwatch" ]' \
	'[ -s "$root/stage/usr/src/memwatch-$version/dkms.conf" ]' \
	'[ -s "$root/stage/usr/share/doc/memwatch/examples/modprobe.d/memwatch.conf" ]' \
	'[ -z "$(inside dkms status; echo "$out")" ]'
check "no product of a build is among the source" [ -z "$(find "$root/stage/usr/src" -name '*.o' -o -name '*.ko' -o -name '.*.cmd')" ]
check "make uninstall DESTDIR= empties it" all_of 'make_in uninstall DESTDIR=/stage PREFIX=/usr' \
	'[ -z "$(find "$root/stage" -type f)" ]'
inside dpkg --purge --force-depends dkms
check "without dkms make install says so" refuses 'there is no dkms: install it with' install "KVER=$old"
check "make install-module does without" make_in install-module "KVER=$old"
check "and modprobe finds that module" inside modprobe -S "$old" --show-depends memwatch
finish
