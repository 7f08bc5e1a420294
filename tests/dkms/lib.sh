# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lib.sh - for the tests of dkms: a Debian of a chosen suite in a chroot, with the dkms,
# the compiler and the kernel packages of that suite, and TAP. Sourced first, with the
# script's own arguments. Each chroot is made once and kept in the cache, below an
# overlay that goes away with the test; the test runs in a mount namespace of its own, so
# that nothing of the machine is changed, and nothing stays mounted.
#
#	enter SUITE			$root is a new tree of $suite with dkms and the checkout in /memwatch
#	inside COMMAND...		run it there: $status, $out (both streams)
#	apt_install PACKAGE...		in it, from the suite's lists; the test ends if that fails
#	newest META PATTERN		$release: the kernel whose package META stands for there

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2

CACHE=${MEMWATCH_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/memwatch}
readonly CACHE

# shellcheck source=tests/namespace.sh
. tests/namespace.sh

skip_all() {
	echo "ok - $(basename "$0" .sh) # skip $*"
	exit 0
}

if [ -z "${MW_DKMS_DIR-}" ]; then
	[ "$(id -u)" -eq 0 ] || skip_all "this wants root, for chroots: run \`sudo make check-dkms\`"
	tests/deps dkms || exit 2
	MW_DKMS_DIR=$(mktemp -d "${TMPDIR:-/tmp}/memwatch-dkms.XXXXXX")
	export MW_DKMS_DIR
	trap 'rm -rf --one-file-system "$MW_DKMS_DIR"' EXIT
	! why=$(why_no_namespace --mount) || { echo "not ok - $why"; exit 1; }
	unshare --mount bash "$0" "$@"
	exit
fi

# shellcheck source=tests/cli/tap.sh
. tests/cli/tap.sh

bail_out() {
	echo "not ok - $*"
	exit 1
}

sources_of() {
	case $1 in
	bullseye) echo "deb http://deb.debian.org/debian bullseye main" ;;
	*)
		echo "deb http://deb.debian.org/debian $1 main"
		echo "deb http://deb.debian.org/debian $1-updates main"
		;;
	esac
	echo "deb http://deb.debian.org/debian-security $1-security main"
	[ "$1" != trixie ] || echo "deb http://deb.debian.org/debian trixie-backports main"
}

# What dkms wants; on bookworm the reader is built, too.
packages_of() {
	printf 'dkms,make,kmod,gcc,libc6-dev,openssl,'
	case $1 in
	bookworm) tests/deps --list build | paste -sd , ;;
	bullseye) echo dwarves ;;
	*) echo pahole ;;
	esac
}

# contents_of SUITE: a chroot of other sources or packages is made anew.
contents_of() {
	sources_of "$1"
	packages_of "$1"
}

# make_base SUITE DIR: whole or not at all.
make_base() {
	local lists tmp=$2.$$
	lists=$MW_DKMS_DIR/lists
	sources_of "$1" >"$lists"
	echo "# making a chroot of $1 in $2 (once)"
	mmdebstrap --quiet --mode=root --variant=apt --skip=cleanup/apt/lists,check/empty \
		--include="$(packages_of "$1")" "$1" "$tmp" "$lists" >"$MW_DKMS_DIR/log" 2>&1 || {
		tail -n 5 "$MW_DKMS_DIR/log" | sed 's/^/# /'
		rm -rf --one-file-system "$tmp"
		bail_out "mmdebstrap made no chroot of $1: see above; is the network there?"
	}
	contents_of "$1" >"$tmp/.memwatch"
	rm -rf --one-file-system "$2"
	mv "$tmp" "$2"
}

# base_of SUITE: $base, made if there is none of these packages. Its lists are renewed
# once a day, since a mirror drops what it has replaced; without a network they are kept.
base_of() {
	base=$CACHE/chroots/dkms-$1
	mkdir -p "$CACHE/chroots"
	exec 7>"$base.lock"
	flock 7
	[ "$(cat "$base/.memwatch" 2>/dev/null)" = "$(contents_of "$1")" ] ||
		make_base "$1" "$base"
	if [ -z "$(find "$base/.memwatch" -mtime 0)" ]; then
		chroot "$base" apt-get -q update >"$MW_DKMS_DIR/log" 2>&1 && touch "$base/.memwatch"
	fi
	exec 7>&-
}

# The checkout as it is now, without what was built.
copy_checkout() {
	mkdir -p "$root/memwatch"
	{ git ls-files -co --exclude-standard -z 2>/dev/null ||
		find . -path ./build -prune -o -type f ! -name '*.o' ! -name '*.ko' -printf '%P\0'; } |
	while IFS= read -r -d '' file; do
		[ ! -f "$file" ] || printf '%s\0' "$file"
	done | tar c --null -T - | tar x -C "$root/memwatch" --no-same-owner
}

enter() {
	local dir=$MW_DKMS_DIR/$1
	suite=$1
	base_of "$suite"
	root=$dir/root
	mkdir -p "$dir"/{upper,work,root} "$CACHE/chroots/debs-$1/partial"
	mount -t overlay overlay -o "lowerdir=$base,upperdir=$dir/upper,workdir=$dir/work" "$root" ||
		bail_out "no overlay can be mounted here"
	mount -t proc proc "$root/proc"
	mount --bind "$CACHE/chroots/debs-$1" "$root/var/cache/apt/archives"
	cat >"$root/etc/apt/apt.conf.d/99memwatch" <<-'END'
		APT::Install-Recommends "false";
		APT::Keep-Downloaded-Packages "true";
		Binary::apt-get::APT::Keep-Downloaded-Packages "true";
		APT::Sandbox::User "root";
	END
	[ "$1" != trixie ] ||
		echo 'APT::Default-Release "trixie-backports";' >>"$root/etc/apt/apt.conf.d/99memwatch"
	copy_checkout
}

inside() {
	status=0
	# No initramfs: nothing is booted from here.
	out=$(env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C DEBIAN_FRONTEND=noninteractive INITRD=No \
		chroot "$root" "$@" 2>&1 </dev/null) || status=$?
	return "$status"
}

# One at a time for a suite: they share what was downloaded.
apt_install() {
	exec 7>"$CACHE/chroots/debs-$suite.lock"
	flock 7
	inside apt-get install -y "$@" ||
		{ inside apt-get update && inside apt-get install -y "$@"; } || {
		printf '%s\n' "$out" | tail -n 8 | sed 's/^/# /'
		bail_out "apt-get could not install $*: see above; is the network there?"
	}
	exec 7>&-
}

newest() {
	inside apt-cache depends "$1"
	release=$(grep -oE -m 1 "Depends: $2\$" <<<"$out") ||
		bail_out "$1 of $suite depends on no $2"
	release=${release#Depends: linux-*-}
}

setting() {
	sed -n "s/^$1=\"\(.*\)\"\$/\1/p" dkms.conf
}

# modules_of RELEASE: every memwatch that the kernel would find, one a line.
modules_of() {
	find "$root/lib/modules/$1/" -name 'memwatch.ko*'
}

# is_for RELEASE VERSION: the kernel would find one module, for it and of that version.
is_for() {
	local -a found
	mapfile -t found < <(modules_of "$1")
	out="found: ${found[*]}; $(modinfo "${found[0]}" 2>&1)"
	[ "${#found[@]}" -eq 1 ] && [[ $(modinfo -F vermagic "${found[0]}") == "$1 "* ]] &&
		[ "$(modinfo -F version "${found[0]}")" = "$2" ]
}

# is_signed RELEASE [CERTIFICATE]: by the key that dkms made for this machine, or by that one.
is_signed() {
	local key signed
	key=$(openssl x509 -inform DER -in "$root${2:-/var/lib/dkms/mok.pub}" -noout -serial) || return 1
	signed=$(modules_of "$1" | xargs -r modinfo -F sig_key | tr -d ':')
	out="signed by $signed, not by ${key#serial=}"
	[ "$signed" = "${key#serial=}" ]
}

package=$(setting PACKAGE_NAME)/$(setting PACKAGE_VERSION)
# shellcheck disable=SC2034 # for the tests
version=${package#*/}
