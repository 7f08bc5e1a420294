# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: hostile_name
#
# Names that break naive parsers: each is one line of tasks, escaped as
# /proc/self/mounts escapes, with as many columns as the header has.

. /lib.sh

# expect NAME ESCAPED: NAME is for hostile_name, \n and \t and \\ in it are escapes.
expect() {
	hostile_name "$1" 60 >/tmp/name &
	pid=$!
	mw_wait_for 20 grep -q "pid=$pid" /tmp/name
	mw_equal "one line for the process called $2" \
		"$(grep -c "^$pid " /proc/memwatch/tasks)" 1
	mw_equal "its name is $2" "$(mw_task "$pid" comm)" "$2"
}

mw_load
expect 'a) b\nc' 'a)\040b\012c'
expect 'tab\there' 'tab\011here'
expect 'back\\slash' 'back\134slash'
expect '1 2 3' '1\0402\0403'
expect "$(printf 'bell\007 del\177')" 'bell\007\040del\177'
expect '' '-'
expect '# tgid start_ns' '#\040tgid\040start_ns'
expect "$(printf 'gr\303\274n')" "$(printf 'gr\303\274n')"

columns=$(awk '/^#/ { print NF - 1; exit }' /proc/memwatch/tasks)
mw_equal "every line has $columns columns" \
	"$(awk -v want="$columns" '!/^#/ && NF != want' /proc/memwatch/tasks)" ""
mw_unload
mw_end
