# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: piecewise
#
# The files themselves: who may read and write them, and that reading in pieces,
# however small, gives the same text as reading at once.

. /lib.sh

mode_of() {
	stat -c '%a %u %g' "/proc/memwatch/$1"
}

mw_load
for file in /proc/memwatch/*; do
	name=$(basename "$file")
	case $name in
	config) mw_equal "$name is root's to write" "$(mode_of "$name")" "640 0 0" ;;
	# Reading these says nothing of the machine: the reader's own tag, its own trigger.
	trigger) mw_equal "$name is root's to arm" "$(mode_of "$name")" "640 0 0" && continue ;;
	tag) mw_equal "$name is anybody's" "$(mode_of "$name")" "666 0 0" && continue ;;
	*) mw_equal "$name is root's and read-only" "$(mode_of "$name")" "440 0 0" ;;
	esac
	mw_holds "$name reads the same in pieces" piecewise "$file"
done
for name in status tasks slab fragmentation; do
	mw_holds "$name is there" grep -q . "/proc/memwatch/$name"
done
mw_equal "nobody cannot read tasks" \
	"$(su nobody -c 'cat /proc/memwatch/tasks' 2>/dev/null | wc -l)" 0
mw_holds "dd reads tasks one byte at a time" \
	sh -c 'dd if=/proc/memwatch/tasks bs=1 2>/dev/null | tail -1 | grep -qE "^[0-9]+ "'
mw_unload

insmod /memwatch.ko proc_gid=65534 || mw_fail "insmod with proc_gid"
mw_equal "proc_gid= gives the files to a group" "$(mode_of tasks)" "440 0 65534"
mw_holds "whose members read them" \
	su nobody -c 'grep -q "^# tgid" /proc/memwatch/tasks'
mw_unload
mw_end
