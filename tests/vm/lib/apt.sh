# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# apt.sh - package lists of Debian releases that this machine does not run, kept in
# the cache beside the machine's own and never mixed with them: apt is pointed at
# another directory. Nothing needs root.
#
#	CACHE/apt/SUITE/{sources.list,lists,archives,status}

readonly DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Lists older than this are fetched again, if the network lets.
readonly LISTS_DAYS=7

# suite_sources SUITE: its lines of sources.list.
suite_sources() {
	local mirror=${MEMWATCH_MIRROR:-http://deb.debian.org}
	printf "deb [signed-by=$DEBIAN_KEYRING] $mirror/debian %s main\n" "$1"
	case $1 in
	*-backports | sid) ;;
	*) printf "deb [signed-by=$DEBIAN_KEYRING] $mirror/debian-security %s-security main\n" "$1" ;;
	esac
}

# apt_options SUITE: one a line; none for `host`, whose lists are the machine's own.
apt_options() {
	local dir=$MW_CACHE/apt/$1
	[ "$1" != host ] || return 0
	printf '%s\n' -o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o "Dir::State=$dir" -o "Dir::State::lists=$dir/lists" \
		-o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir" \
		-o "Dir::Cache::archives=$dir/archives" -o Acquire::Languages=none
}

# with_lists SUITE apt-get|apt-cache ARGUMENT...
with_lists() {
	local suite=$1 program=$2
	local -a options
	shift 2
	mapfile -t options < <(apt_options "$suite")
	LC_ALL=C "$program" -q -o APT::Sandbox::User=root "${options[@]}" "$@"
}

# have_fresh_lists SUITE
have_fresh_lists() {
	[ -n "$(find "$MW_CACHE/apt/$1/fetched" -mtime "-$LISTS_DAYS" 2>/dev/null)" ]
}

# fetch_lists SUITE: fetch them anew; fails without network, and the old ones stay.
fetch_lists() {
	local dir=$MW_CACHE/apt/$1
	[ -e "$DEBIAN_KEYRING" ] ||
		die "the keys of Debian's packages are missing: install them with \`$(as_root_line 'apt-get install -y debian-archive-keyring')\`"
	say "fetching the package lists of $1"
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: >"$dir/status"
	suite_sources "$1" >"$dir/sources.list"
	with_lists "$1" apt-get -o APT::Update::Error-Mode=any update >&2 || return 1
	touch "$dir/fetched"
}

# need_lists SUITE: that there are lists, new ones if they can be had.
need_lists() {
	[ "$1" != host ] || return 0
	have_fresh_lists "$1" || fetch_lists "$1" || [ -e "$MW_CACHE/apt/$1/fetched" ]
}

# knows_package SUITE PACKAGE
knows_package() {
	[ -n "$(with_lists "$1" apt-cache show --no-all-versions "$2" 2>/dev/null)" ]
}

# package_depends SUITE PACKAGE PATTERN: its first dependency that matches in full.
package_depends() {
	with_lists "$1" apt-cache depends "$2" 2>/dev/null |
		awk -v pattern="^($3)\$" '
			/^ *\|?Depends: / && $NF ~ pattern && !found { print $NF; found = 1 }
			END { exit !found }'
}

# fetch_packages SUITE DIR PACKAGE...: download and unpack them below DIR/root.
fetch_packages() {
	local suite=$1 dir=$2 deb
	shift 2
	mkdir -p "$dir/debs" "$dir/root"
	say "downloading $*"
	(cd "$dir/debs" && with_lists "$suite" apt-get download "$@" >&2) || return 1
	for deb in "$dir"/debs/*.deb; do
		say "unpacking $(basename "$deb")"
		dpkg-deb -x "$deb" "$dir/root" || return 1
	done
}
