#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dkms adds, builds, installs and removes the module for each kernel, in the suite of
# Debian that has it, with its dkms and its compiler: bullseye (dkms 2.8.4), bookworm
# (3.0.10), trixie (3.2.2). The module that comes of it is for that kernel and signed: by
# itself from dkms 3.0 on, before it as packaging/README.md says. An older kernel than the
# oldest, and one without headers, end with a sentence.
#
#	tests/dkms/test_kernels.sh [KERNEL...]	5.10, 6.1, 6.1-rt, 6.12, 6.12-rt, 7.x;
#						MEMWATCH_DKMS_KERNELS or 6.1 6.12

# shellcheck source=tests/dkms/lib.sh
. "$(dirname "$0")/lib.sh"

# suite_of KERNEL: $suite, and the package whose dependency are its headers.
suite_of() {
	case $1 in
	5.10) suite=bullseye meta=linux-headers-cloud-amd64 pattern='linux-headers-5[.]10.*' ;;
	6.1) suite=bookworm meta=linux-headers-cloud-amd64 pattern='linux-headers-6[.]1[.].*' ;;
	6.1-rt) suite=bookworm meta=linux-headers-rt-amd64 pattern='linux-headers-6[.]1[.].*-rt-amd64' ;;
	6.12) suite=bookworm meta=linux-headers-6.12-cloud-amd64 pattern='linux-headers-6[.]12.*' ;;
	6.12-rt) suite=bookworm meta=linux-headers-6.12-rt-amd64 pattern='linux-headers-6[.]12.*-rt-amd64' ;;
	7.x) suite=trixie meta=linux-headers-cloud-amd64 pattern='linux-headers-[789][.].*' ;;
	*) bail_out "kernel '$1' is none of 5.10, 6.1, 6.1-rt, 6.12, 6.12-rt, 7.x" ;;
	esac
}

is_told() {
	inside dkms status "$package" -k "$release"
	[[ $out == *"$1"* ]]
}

dkms_says() {
	inside dkms "$@"
}

# refuses SENTENCE COMMAND...: it fails, and says why.
refuses() {
	local sentence=$1
	shift
	! inside "$@" && says "$sentence"
}

# has_no_signature: of anybody.
has_no_signature() {
	out=$(modules_of "$release" | xargs modinfo -F signer) && [ -z "$out" ]
}

# install_with_helper: with the program that dkms 2.8.4 brings for it, and a key where that
# looks for one.
install_with_helper() {
	inside openssl req -new -x509 -newkey rsa:2048 -nodes -days 36500 -subj '/CN=memwatch test/' \
		-keyout /root/mok.priv -outform DER -out /root/mok.der || return 1
	grep -q '^sign_tool=' "$root/etc/dkms/framework.conf" ||
		echo 'sign_tool="/etc/dkms/sign_helper.sh"' >>"$root/etc/dkms/framework.conf"
	inside dkms remove "$package" --all && inside dkms add "$package" &&
		inside dkms install "$package" -k "$release"
}

check_signature() {
	inside dkms --version
	if [[ $out =~ ^dkms[-:\ ]*2[.] ]]; then
		check "this dkms, ${out##*[-: ]}, does not sign by itself" has_no_signature
		check "it builds again with sign_tool=" install_with_helper
		check "and signs with a key of one's own" is_signed "$release" /root/mok.der
		check "still one module for $release" is_for "$release" "$version"
	else
		check "signed with dkms's key" is_signed "$release"
	fi
}

check_kernel() {
	suite_of "$1"
	[ -n "${entered[$suite]-}" ] || enter "$suite"
	entered[$suite]=$root
	root=${entered[$suite]}
	newest "$meta" "$pattern"
	apt_install "linux-headers-$release"
	inside /memwatch/packaging/dkms-module put /
	check "$suite's dkms takes $package" dkms_says add "$package"
	check "it builds for $release" dkms_says build "$package" -k "$release"
	check "and says so" is_told built
	check "it installs it" dkms_says install "$package" -k "$release"
	check "one module, for $release and of version $version" is_for "$release" "$version"
	check_signature
	check "modprobe would load it" dkms_depends
	check "a kernel older than 5.10 is left alone" refuses BUILD_EXCLUSIVE \
		dkms build "$package" -k 5.4.0-26-amd64 --kernelsourcedir "/usr/src/linux-headers-$release"
	check "another kernel's headers are refused" wrong_headers "/usr/src/linux-headers-$release"
	check "a kernel without headers is refused" refuses 'headers for kernel 9.9.9-none cannot be found' \
		dkms build "$package" -k 9.9.9-none
	check "it is removed" dkms_says remove "$package" --all
	check "and nothing is left for $release" [ -z "$(modules_of "$release")" ]
	check "nor of the package" [ -z "$(inside dkms status "$package"; echo "$out")" ]
}

dkms_depends() {
	# With the headers alone there is no list of modules yet.
	inside depmod "$release" && inside modprobe -S "$release" --show-depends memwatch
}

# dkms tells where its log is, and the log tells why.
wrong_headers() {
	! inside dkms build "$package" -k 6.99.0-memwatch --no-prepare-kernel --kernelsourcedir "$1" || return 1
	out+=$(cat "$root/var/lib/dkms/$package/build/make.log")
	says make.log && says "these headers are of kernel $release, not of 6.99.0-memwatch"
}

declare -A entered=()
if [ $# -eq 0 ]; then
	read -ra kernels <<<"${MEMWATCH_DKMS_KERNELS:-6.1 6.12}"
	set -- "${kernels[@]}"
fi
for kernel in "$@"; do
	check_kernel "$kernel"
done
finish
