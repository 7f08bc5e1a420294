# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# namespace.sh - what to tell people where there are no namespaces.
#
#	why_no_namespace [OPTION...]    of unshare: succeeds where it cannot, and prints why and
#		what to do

why_no_namespace() {
	local why
	! why=$(unshare "$@" true 2>&1) || return 1
	printf '%s\n' "there are no namespaces here (${why#unshare: }): run it as root; in a chroot, bind that on itself first (mount --bind DIR DIR)"
}
