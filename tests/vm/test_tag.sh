# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091
# files: tagger
#
# Tags: who gets them, how they are spelled, what is refused, and that their pool is
# given back.

. /lib.sh

TAG=/proc/memwatch/tag

# refused TEXT: printf's escapes in it are resolved; prints the error.
refused() {
	# shellcheck disable=SC2059 # the escapes are wanted
	printf "$1" | dd of=$TAG bs=1k 2>&1 | sed -n 's/.*error writing.*: //p; s/.*write error: //p'
}

# exited_tag TGID
exited_tag() {
	mw_column /proc/memwatch/exited tag tgid "$1"
}

# shellcheck disable=SC2317 # called by mw_wait_for
has_exited() {
	grep -q "^$1 " /proc/memwatch/exited
}

mw_load
mw_equal "nobody has a tag to begin with" "$(cat $TAG)" "-"
mw_equal "anyone may write it" "$(stat -c '%a' $TAG)" 666
mw_equal "the pool takes no memory before the first" "$(mw_status memory_tags_bytes)" 0

echo 'order 17\x' >$TAG
mw_equal "a tag is read back escaped, without the newline" "$(cat $TAG)" 'order\04017\134x'
mw_equal "and stands in tasks" "$(mw_task $$ tag)" 'order\04017\134x'
columns=$(awk '/^#/ { print NF - 1; exit }' /proc/memwatch/tasks)
mw_equal "every line still has $columns columns" \
	"$(awk -v want="$columns" '!/^#/ && NF != want' /proc/memwatch/tasks)" ""

sleep 60 &
child=$!
mw_wait_for 20 grep -q sleep "/proc/$child/comm"
mw_equal "a child inherits it, through exec" "$(mw_task "$child" tag)" 'order\04017\134x'
printf '\ttab\001\177' >$TAG
mw_equal "what the parent writes later is its own" "$(mw_task "$child" tag)" 'order\04017\134x'
mw_equal "control characters are escaped" "$(mw_task $$ tag)" '\011tab\001\177'
kill "$child"
wait "$child" 2>/dev/null
mw_wait_for 20 has_exited "$child"
mw_equal "exited keeps the tag of the dead" "$(exited_tag "$child")" 'order\04017\134x'

printf '%031d' 0 >$TAG
mw_equal "31 bytes fit" "$(cat $TAG)" "$(printf '%031d' 0)"
printf '%030d1\n' 0 >$TAG
mw_equal "and a newline behind them" "$(cat $TAG)" "$(printf '%030d1' 0)"
for bad in "$(printf '%032d' 0)" "$(printf '%031d' 0)\n\n" "$(printf '%0500d' 0)" 'a\0b'; do
	mw_equal "refused: $(printf '%.40s' "$bad")" "$(refused "$bad")" "Invalid argument"
done
mw_equal "what is refused changes nothing" "$(cat $TAG)" "$(printf '%030d1' 0)"
mw_holds "and is told in the log" sh -c 'dmesg | grep -q "memwatch: tag of [0-9]* refused: it is longer than 31 bytes"'
echo >$TAG
mw_equal "an empty one takes it away" "$(cat $TAG)" "-"

mw_equal "a user without rights tags itself" \
	"$(su nobody -c "echo mine >$TAG; cat $TAG")" mine
mw_equal "and nobody else" "$(cat $TAG)" "-"

# shellcheck disable=SC2016 # for the inner shells
sh -c 'echo job >/proc/memwatch/tag; sh -c "sh -c \"sleep 60; :\"; :"' &
mw_wait_for 20 sh -c '[ "$(grep -c " job " /proc/memwatch/tasks)" -ge 3 ]'
mw_equal "grandchildren have it too" "$(awk '$4 == "job" { print $3 }' /proc/memwatch/tasks | sort | uniq -c |
	awk '{ printf "%s%s:%s", sep, $2, $1; sep = " " }')" "sh:2 sleep:1"
killall sleep
wait

# Tags of the dead stay with their records: 4096 of them fill the pool.
echo 'keep_exited 16384' >/proc/memwatch/config
tagger 4200 filler >/tmp/tagger
mw_holds "4096 distinct tags fit, less those of the tests above ($(cat /tmp/tagger))" \
	grep -qE '^tagged=40[89][0-9] error=ENOSPC$' /tmp/tagger
mw_equal "a full pool refuses another" "$(refused full)" "No space left on device"
printf 'filler3' >$TAG
mw_equal "but not one that it has" "$(cat $TAG)" filler3
echo 'keep_exited 0' >/proc/memwatch/config
mw_wait_for 20 sh -c 'printf again >/proc/memwatch/tag 2>/dev/null'
mw_equal "records that are forgotten give theirs back" "$(tagger 1000 again)" "tagged=1000 error=none"
mw_unload

mw_load
mw_equal "a new load knows no tags" "$(cat $TAG)" "-"
mw_unload

# A table for 20 processes more, and 40 more.
mw_load "max_tasks=$(($(find /proc -maxdepth 1 -name '[0-9]*' | wc -l) + 20))"
sleepers=''
for _ in $(seq 40); do
	sleep 60 &
	sleepers="$sleepers $!"
done
mw_equal "a process without a slot is refused" "$(refused homeless)" "No space left on device"
mw_holds "which says what to do" sh -c 'dmesg | grep -q "refused: the process has no slot: load with a larger max_tasks"'
# shellcheck disable=SC2086 # one word a process
kill $sleepers
wait
mw_wait_for 20 sh -c 'echo housed >/proc/memwatch/tag 2>/dev/null'
mw_equal "until others have gone" "$(sh -c "echo housed >$TAG; cat $TAG")" housed
mw_unload
mw_end
