# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# initramfs.sh - packs the guest: busybox, init, the guest library, the module,
# the reader, and the caller's files with the shared libraries they want.

# add_file ROOT SOURCE DESTINATION: a copy with its libraries at their own paths.
add_file() {
	local root=$1 source=$2 destination=$3 library
	mkdir -p "$root$(dirname "$destination")"
	cp -rL "$source" "$root$destination"
	# ldd fails for what is not a dynamic program: then there is nothing to add.
	{ ldd "$source" 2>/dev/null || true; } |
	grep -oE '/[^ ]+' | grep -vF "$source:" |
	while read -r library; do
		[ -f "$library" ] || continue
		[ -e "$root$library" ] && continue
		mkdir -p "$root$(dirname "$library")"
		cp -L "$library" "$root$library"
	done || true
}

# guest_skeleton ROOT SCRIPT [NAME=VALUE...]: busybox, init, library, the script
# and its environment.
guest_skeleton() {
	local root=$1 script=$2 variable
	shift 2
	mkdir -p "$root"/{bin,sbin,dev,proc,sys,tmp,out,files,etc,root,run}
	cp "$(command -v busybox)" "$root/bin/busybox"
	cp "$MW_TOP/tests/vm/guest/init" "$root/init"
	cp "$MW_TOP/tests/vm/guest/lib.sh" "$root/lib.sh"
	chmod 755 "$root/init"
	cp "$script" "$root/script"
	for variable in "$@"; do
		printf 'export %s=%q\n' "${variable%%=*}" "${variable#*=}"
	done >"$root/environment"
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
}

# check_busybox: a dynamic busybox would not start in the guest.
check_busybox() {
	need_program busybox busybox-static
	! ldd "$(command -v busybox)" >/dev/null 2>&1 ||
		die "busybox is dynamically linked: install the static one with \`$(as_root_line 'apt-get install -y busybox-static')\`"
}

# add_caller_files ROOT FILE...
add_caller_files() {
	local root=$1 file name
	shift
	for file in "$@"; do
		name=$(basename "$file")
		[ ! -e "$root/files/$name" ] || die "two files are called $name: rename one of them"
		add_file "$root" "$file" "/files/$name"
	done
}

# What a guest needs of its kernel: the disk for its results, and a file system for it
# with what that calls by another name. The cloud kernels have them built in.
GUEST_MODULES='nvme crc32c_generic ext4'

# add_kernel_modules ROOT RELEASE: those that are not built in, numbered as they load.
add_kernel_modules() {
	local root=$1 release=$2 path nr=100 unpack
	mkdir -p "$root/modules"
	need_program modinfo kmod
	# shellcheck disable=SC2086 # one word a module
	modules_in_order "$release" $GUEST_MODULES | while read -r path; do
		unpack='cat'
		[[ $path != *.xz ]] || unpack='xz -dc'
		[[ $path != *.zst ]] || unpack='zstd -dcq'
		$unpack <"$path" >"$root/modules/$nr.ko"
		nr=$((nr + 1))
	done
}

# pack ROOT ARCHIVE
pack() {
	need_program cpio cpio
	(cd "$1" && find . -print0 | cpio --quiet --null -o -H newc -R 0:0) >"$2"
}
