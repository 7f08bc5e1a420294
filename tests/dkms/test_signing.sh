#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Secure Boot, end to end: dkms makes a key and signs the module with it; a kernel that
# was booted with Secure Boot on (QEMU with Debian's OVMF) refuses it; the key's
# certificate becomes a machine owner key, as `mokutil --import` and shim leave it
# (MokListRT); booted again, the same kernel takes the module, and neither one without a
# signature nor one signed with another key. Without any firmware module.sig_enforce=1
# does the refusing.
#
#	tests/dkms/test_signing.sh [KERNEL...]	6.1, 6.12; MEMWATCH_SIGNING_KERNELS or 6.1

# shellcheck source=tests/dkms/lib.sh
. "$(dirname "$0")/lib.sh"

readonly FIRMWARE=/usr/share/OVMF

# bytes NUMBER...: as they are.
bytes() {
	local byte
	for byte in "$@"; do
		printf '%b' "\\x$(printf %02x "$byte")"
	done
}

# le32 NUMBER: four bytes, the lowest first.
le32() {
	bytes $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# mok_list CERTIFICATE: what the variable MokListRT holds for one certificate, after the
# variable's attributes (non-volatile, for boot services and at run time): one
# EFI_SIGNATURE_LIST of type EFI_CERT_X509_GUID, whose owner is shim.
mok_list() {
	local size
	size=$(stat -c %s "$1")
	le32 7
	printf '\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72'
	le32 $((28 + 16 + size))
	le32 0
	le32 $((16 + size))
	printf '\x50\xab\x5d\x60\x46\xe0\x00\x43\xab\xb6\x3d\xd8\x10\xdd\x8b\x23'
	cat "$1"
}

# sign_with_other_key FILE: with a key that nobody knows.
sign_with_other_key() {
	openssl req -new -x509 -nodes -days 1 -subj "/CN=nobody's key/" -newkey rsa:2048 \
		-keyout "$work/other.key" -outform DER -out "$work/other.der" 2>/dev/null
	"$headers/scripts/sign-file" sha256 "$work/other.key" "$work/other.der" "$1"
}

# boot SCRIPT [OPTION...]: with the three modules; $out is what the script said.
boot() {
	local script=$1
	shift
	status=0
	out=$(MEMWATCH_VM_OUT=$work/out tests/vm/run --no-module --no-reader "$@" "$kernel" "$script" \
		"$work/dkms.ko" "$work/unsigned.ko" "$work/other.ko" "$work/MokListRT" "$work/efivarfs.ko" 2>&1) || status=$?
	out=$(tr -d '\r' <<<"$out")
}

# With the snake oil that Debian ships in place of a manufacturer's keys: Secure Boot is on.
boot_secure() {
	boot "$@" --qemu-arg -drive --qemu-arg "if=pflash,format=raw,readonly=on,file=$FIRMWARE/OVMF_CODE_4M.fd" \
		--qemu-arg -drive --qemu-arg "if=pflash,format=raw,file=$work/vars.fd"
}

build() {
	headers=$(tests/vm/run --kdir "$kernel")
	release=${headers##*/linux-headers-}
	mkdir -p "$root/lib/modules/$release" "$root$CACHE/kernels"
	mount --bind -o ro "$CACHE/kernels" "$root$CACHE/kernels"
	ln -sfn "$headers" "$root/lib/modules/$release/build"
	inside /memwatch/packaging/dkms-module put /
	check "dkms builds for $release" inside dkms install "$package" -k "$release"
	check "and signs the module" is_signed "$release"
	modules_of "$release" | xargs -I FILE cp FILE "$work/dkms.ko"
	strip --strip-debug -o "$work/unsigned.ko" "$work/dkms.ko"
	check "without its signature modinfo shows none" [ -z "$(modinfo -F signer "$work/unsigned.ko")" ]
	cp "$work/unsigned.ko" "$work/other.ko"
	sign_with_other_key "$work/other.ko"
	mok_list "$root/var/lib/dkms/mok.pub" >"$work/MokListRT"
	local efivarfs
	efivarfs=$(find "$CACHE/kernels/$release" -name 'efivarfs.ko*')
	xz -dcf "$efivarfs" >"$work/efivarfs.ko"
	cp "$FIRMWARE/OVMF_VARS_4M.snakeoil.fd" "$work/vars.fd"
}

cat >"$work/try" <<'END'
dmesg | grep -q 'secureboot: Secure boot enabled' && echo "secure boot is on"
grep -q 'DKMS module signing key' /proc/keys && echo "the kernel knows dkms's key"
for name in dkms unsigned other; do
	if insmod /files/$name.ko 2>/tmp/error; then
		grep -q '^# tgid' /proc/memwatch/tasks && echo "$name: loaded"
		rmmod memwatch
	else
		echo "$name: $(cat /tmp/error)"
	fi
done
END
cat "$work/try" - >"$work/enrol" <<'END'
grep -q efivarfs /proc/filesystems || insmod /files/efivarfs.ko || exit 1
mkdir -p /tmp/vars
mount -t efivarfs efivarfs /tmp/vars || exit 1
dd if=/files/MokListRT bs=64k of=/tmp/vars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23 2>/dev/null &&
	echo enrolled
END

check_kernel() {
	kernel=$1
	build
	boot_secure "$work/enrol"
	check "$kernel boots with Secure Boot" says 'secure boot is on'
	check "and refuses the module, whose key it does not know" all_of \
		'! says "dkms: loaded"' 'says "dkms: insmod: "' '! says "the kernel knows"'
	check "the key is enrolled" all_of 'exits 0' 'says enrolled'
	boot_secure "$work/try"
	check "booted again, the kernel knows the key" all_of 'exits 0' 'says "secure boot is on"' \
		'says "the kernel knows "'
	check "and takes the module" says 'dkms: loaded'
	check "but not one that is not signed" says "unsigned: insmod: can't insert"
	check "nor one that another key signed" says "other: insmod: can't insert"
	boot "$work/try" --append module.sig_enforce=1
	check "module.sig_enforce=1 refuses all three without a firmware" all_of 'exits 0' \
		'! says "loaded"' '! says "secure boot is on"' 'says "unsigned: insmod: "'
}

enter bookworm
if [ $# -eq 0 ]; then
	read -ra kernels <<<"${MEMWATCH_SIGNING_KERNELS:-6.1}"
	set -- "${kernels[@]}"
fi
for kernel in "$@"; do
	check_kernel "$kernel"
done
finish
