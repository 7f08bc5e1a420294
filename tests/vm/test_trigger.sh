# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC1091,SC2317
# files: trigger_wait stepper
# times: a trigger fires within one tick of what it waits for
#
# Triggers: what fires, when, how often and for whom, for pollers of each kind; what
# is refused; and that the module goes while they wait. stepper holds as much memory
# as it is told, and is the ground truth.

. /lib.sh

TRIGGER=/proc/memwatch/trigger

# What waits is started one after the other, and a step takes 2 s on the debug kernel: there
# everybody listens longer, and windows are longer. A tick, and what may delay it:
tick=$(awk -v slow="$(mw_long 1)" 'BEGIN { print 2 + 0.3 * slow }')

# step KIB: the first stepper's memory is that much; it is when this returns.
step() {
	stepped=$(cut -d' ' -f1 /proc/uptime)
	echo "$1" >&4
	steps=$((steps + 1))
	mw_wait_for 20 steps_are "$steps"
	came=$(tail -1 /tmp/steps | sed 's/.*up_s=//')
}

steps_are() {
	[ "$(wc -l </tmp/steps)" -eq "$1" ]
}

# begin_waiting NAME ARGUMENT...: trigger_wait with its output in /tmp/NAME
begin_waiting() {
	name=$1
	shift
	trigger_wait "$@" >"/tmp/$name" &
	mw_wait_for 20 grep -qs armed "/tmp/$name"
}

# ended NAME: all that it will say was said.
ended() {
	mw_wait_for "$(mw_long 30)" grep -q '^events=' "/tmp/$1"
}

# events NAME NR [MASK]: how many events the NRth descriptor had
events() {
	grep -cE "^event $2 [0-9.]+ ${3:-PRI} " "/tmp/$1"
}

# value NAME NR KEY: of its first record
value() {
	grep "^event $2 " "/tmp/$1" | head -1 | tr ' ' '\n' | sed -n "s/^$3=//p"
}

# in_one_tick NAME NR: its first firing is behind the begin of the last step, and at most a
# tick, and what a busy machine may delay it, behind its end.
in_one_tick() {
	awk -v fired="$(value "$1" "$2" time_ns)" -v stepped="$stepped" -v came="$came" -v tick="$tick" \
		'BEGIN { fired /= 1e9; exit !(fired - stepped > -0.02 && fired - came < tick) }'
}

# refused LINE: the error of writing it
refused() {
	echo "$1" 2>&1 >$TRIGGER | sed 's/.*: //'
}

mkfifo /tmp/step
stepper </tmp/step >/tmp/steps &
stepper=$!
exec 4>/tmp/step
steps=0
mw_load
mw_equal "root's to write, its group's to read" "$(stat -c '%a' $TRIGGER)" 640
step 1000

# --- of one process, of any, and each kind of poller -----------------------------------

begin_waiting own --for "$(mw_long 12)" "growth 20M 1m $stepper" "growth 20M 1m" "rss 30M $stepper" "rss 30M" \
	"growth 60M 1m $stepper" "growth 60M 1m" "rss 60M $stepper" "rss 60M" "growth 20M 1m $$"
for how in poll epoll select; do
	begin_waiting "$how" --for "$(mw_long 12)" --with $how "rss 30M $stepper"
done
for how in poll epoll late select; do
	begin_waiting "slept_$how" --for "$(mw_long 12)" --sleep "$(mw_long 7)" --with $how "rss 30M $stepper" "growth 20M 1m"
done
for how in poll epoll late; do
	begin_waiting "unread_$how" --for "$(mw_long 12)" --sleep "$(mw_long 6)" --no-read --with $how "rss 30M $stepper"
done
sleep 1
step 40000
ended own
for nr in 0 1 2 3; do
	spec=$(value own $nr spec)
	mw_equal "$spec fires once" "$(events own $nr)" 1
	mw_holds "$spec fires within one tick" in_one_tick own $nr
	mw_equal "$spec names the process" "$(value own $nr tgid) $(value own $nr comm)" "$stepper stepper"
	mw_equal "$spec says when it started" "$(value own $nr start_ns)" "$(mw_task "$stepper" start_ns)"
	mw_holds "$spec says its RSS ($(value own $nr rss_kb))" \
		[ "$(value own $nr rss_kb)" -ge 20480 -a "$(value own $nr rss_kb)" -le "$(mw_proc_kb "$stepper" VmRSS)" ]
done
# The tick may come in the middle of the step: what it grew by is from where it stood.
stood=$(sed -n 's/^1000 rss_kb=\([0-9]*\) .*/\1/p' /tmp/steps)
off=$(($(value own 0 rss_kb) - $(value own 0 growth_kb) - stood))
mw_holds "growth is RSS less that of when the trigger was written (off by $off KiB)" \
	[ $off -ge -256 -a $off -le 256 ]
for nr in 4 5 6 7 8; do
	mw_equal "trigger $nr, that nothing reached, is silent" "$(events own $nr)" 0
done
for how in poll epoll select slept_poll slept_epoll slept_late slept_select unread_poll unread_epoll unread_late; do
	ended $how
	mw_equal "$how: one event" "$(events $how 0)" 1
done
for how in slept_poll slept_epoll slept_late slept_select; do
	mw_equal "$how: two triggers, two events" "$(sed -n 's/^events=//p' /tmp/$how)" 2
done

# --- once a crossing, and a window -------------------------------------------------------

begin_waiting already --for "$(mw_long 3)" "rss 30M $stepper" "rss 30M" "growth 20M 1m $stepper"
ended already
mw_equal "rss of a process that has it already fires at once" "$(events already 0)" 1
mw_equal "of any process, it waits for a crossing" "$(events already 1)" 0
mw_equal "growth of before does not count" "$(events already 2)" 0
step 1000
sleep "$(mw_long 12)"
begin_waiting again --for "$(mw_long 12)" "rss 30M" "rss 30M $stepper" "growth 20M $(mw_long 12)s $stepper" "growth 20M $(mw_long 12)s"
step 40000
sleep "$tick"
step 1000
sleep "$tick"
step 40000
ended again
mw_equal "rss: two crossings, two events" "$(events again 0) $(events again 1)" "2 2"
mw_equal "growth: one event a window, whatever happens in it" "$(events again 2) $(events again 3)" "1 1"

# --- reading ---------------------------------------------------------------------------------

exec 5<>$TRIGGER
mw_equal "nothing to read before it is armed" "$(cat <&5)" ""
echo "rss 50M $stepper" >&5
mw_equal "a second line is refused" "$(echo "rss 50M" 2>&1 >&5 | sed 's/.*: //')" "Device or resource busy"
mw_equal "nothing to read before it fires" "$(cat <&5)" ""
step 60000
sleep "$tick"
mw_equal "a buffer that is too small is refused" "$(dd bs=16 count=1 2>&1 <&5 | grep -c 'Invalid argument')" 1
cat <&5 >/tmp/read
mw_equal "and takes nothing: the record is whole" "$(sed 's/=[^ ]*//g' /tmp/read)" \
	"time_ns kind spec tgid start_ns comm rss_kb lost"
mw_equal "it is read once" "$(cat <&5)" ""
exec 5<&-

# --- what is not of a process -------------------------------------------------------------------

# The zone with the highest unusable index of order 9, from the kernel itself.
worst=$(awk '$2 == "zone" || $3 == "zone" { for (i = 1; i <= NF; i++) if ($i ~ /^[01]\.[0-9]+$/) v[++n] = $i
	if (v[n] > max) max = v[n] } END { printf "%.3f", max }' /sys/kernel/debug/extfrag/unusable_index)
below=$(awk -v v="$worst" 'BEGIN { printf "%.3f", v * 0.9 }')
above=$(awk -v v="$worst" 'BEGIN { printf "%.3f", v + (1 - v) * 0.5 }')
begin_waiting frag --for "$(mw_long 5)" "frag 10 $below" "frag 10 $above"
ended frag
mw_equal "frag 10 $below fires where the kernel says $worst" "$(events frag 0)" 1
mw_holds "with the index ($(value frag 0 unusable_index))" \
	awk -v got="$(value frag 0 unusable_index)" -v want="$worst" 'BEGIN { exit !(got - want < 0.05 && want - got < 0.05) }'
mw_equal "with order and zone, and no process" "$(value frag 0 order) $(value frag 0 tgid) $(value frag 0 comm)" "10 - -"
mw_equal "frag 10 $above does not" "$(events frag 1)" 0

mw_equal "a cache that nobody counts is refused" "$(refused "slab 2M 10s dentry")" "Invalid argument"
echo "slab 1" >/proc/memwatch/config
ls / >/dev/null
mw_wait_for 20 grep -q '^dentry ' /proc/memwatch/slab
begin_waiting slab --for "$(mw_long 9)" "slab 4M $(mw_long 10)s" "slab 1M $(mw_long 10)s dentry" "slab 400M $(mw_long 10)s" \
	"slab 400M $(mw_long 10)s dentry"
slab_before=$(awk '$1 == "Slab:" { print $2 }' /proc/meminfo)
mkdir /tmp/many
(cd /tmp/many && seq 12000 | xargs touch)
slab_after=$(awk '$1 == "Slab:" { print $2 }' /proc/meminfo)
ended slab
mw_holds "12000 files are more than 4 MiB of slabs ($((slab_after - slab_before)) KiB)" \
	[ $((slab_after - slab_before)) -gt 4096 ]
mw_equal "slab 4M fires once" "$(events slab 0)" 1
mw_equal "slab of dentry fires once" "$(events slab 1)" 1
mw_equal "slab 400M does not" "$(events slab 2) $(events slab 3)" "0 0"
mw_holds "with what there is ($(value slab 0 slab_kb))" \
	[ "$(value slab 0 slab_kb)" -gt "$slab_before" -a "$(value slab 0 slab_kb)" -le "$((slab_after + 4096))" ]
rm -r /tmp/many
echo "slab 0" >/proc/memwatch/config

# --- the writer's pid namespace -------------------------------------------------------------------

unshare -p -f sh -c 'trigger_wait --for '"$(mw_long 5)"' "rss 4K 1" "rss 30M" "growth 20M 1m"; :' >/tmp/inner &
mw_wait_for 20 grep -q armed /tmp/inner
step 1000
sleep "$tick"
step 40000
ended inner
mw_equal "tgid 1 is the namespace's own" "$(value inner 0 tgid) $(value inner 0 comm)" "1 sh"
mw_equal "who is outside does not fire" "$(events inner 1) $(events inner 2)" "0 0"

# --- what is refused ------------------------------------------------------------------------------

for line in "" "rss" "rss 1Q" "growth 64M" "growth 64M 60" "growth 64M 60s x" "frag 9" "frag nine 0.8" \
	"slab 32M" "leak 1M" "rss 1M 1 1"; do
	mw_equal "'$line' is malformed" "$(refused "$line")" "Invalid argument"
done
for line in "rss 0" "rss 2000T" "growth 1M 1s" "growth 1M 25h" "frag 0 0.5" "frag 99 0.5" "frag 9 1.5" "rss 1M 0"; do
	mw_equal "'$line' is out of range" "$(refused "$line")" "Numerical result out of range"
done
mw_equal "a process that does not exist" "$(refused "rss 1M 4000000")" "No such process"
mw_holds "why stands in the log" \
	sh -c 'dmesg | grep -q "memwatch: trigger refused: size=.1Q.: its unit is none of K, M, G, T"'
mw_equal "nobody cannot open it" "$(su nobody -c "echo 'rss 1G' >$TRIGGER" 2>&1 | sed 's/.*: //')" "Permission denied"
exec 5<>$TRIGGER
mw_equal "nor write to what root has opened" "$(su nobody -c "echo 'rss 1G' >&5" 2>&1 | sed 's/.*: //')" \
	"Operation not permitted"
exec 5<&-
echo "growth 0" >/proc/memwatch/config
mw_equal "what is switched off cannot be waited for" "$(refused "rss 1G")" "Operation not supported"
echo "growth 1" >/proc/memwatch/config

# --- many, and the end of a process ---------------------------------------------------------------

step 1000
begin_waiting many --quiet --for "$(mw_long 10)" --copies 1000 "rss 30M" "growth 20M 1m $stepper"
sleep "$tick"
step 40000
ended many
mw_equal "a thousand triggers of each form fire once each" "$(tail -1 /tmp/many)" "events=2000"
begin_waiting full --quiet --for 1 --copies 4097 "rss 1G"
mw_equal "there is room for 4096" "$(grep -c 'refused.*ENOSPC' /tmp/full)" 1
wait $! # it says all that it will say before its files are closed
mw_equal "and again when they are closed" "$(refused "rss 1G")" ""

begin_waiting gone --for 20 "rss 1G $stepper" "rss 1G"
kill "$stepper"
ended_with_hup() { [ "$(events gone 0 ERR,HUP)" -eq 1 ]; }
mw_wait_for 10 ended_with_hup
mw_equal "the end of the process is an error, of its own trigger" "$(events gone 0 ERR,HUP) $(events gone 1 '.*')" "1 0"
ended gone

# --- the module goes ----------------------------------------------------------------------------------

for how in poll epoll select; do
	begin_waiting "unload_$how" --for 60 --with $how "rss 1G" "growth 1G 1h" "frag 10 1" "slab 1G 1h" "rss 1G $$"
done
begin_waiting unload_unwatched --for 2 --sleep 2 --with epoll "rss 1G" "slab 1G 1h"
begin_waiting unload_never --for 2 --with none "rss 1G" "slab 1G 1h"
trigger_wait --for 60 "rss 1G" "growth 1G 1h" "frag 10 1" >/tmp/stopped &
stopped=$!
mw_wait_for 20 grep -q armed /tmp/stopped
kill -STOP "$stopped"
# shellcheck disable=SC2016 # for the inner shell
sh -c 'while [ -e /proc/memwatch/trigger ]; do echo "rss 1G" >/proc/memwatch/trigger; done 2>/dev/null' &
writer=$!
sleep 0.5
mw_unload
for how in poll epoll select; do
	mw_wait_for 10 grep -q "^events=5" "/tmp/unload_$how"
	mw_ok "unloading wakes who waits with $how, for good"
done
kill -CONT "$stopped"
kill "$stopped" "$writer" 2>/dev/null
ended unload_unwatched
ended unload_never
wait
mw_load
begin_waiting reloaded --for "$(mw_long 3)" "rss 4K $$"
ended reloaded
mw_equal "and it loads again" "$(events reloaded 0)" 1
mw_unload
mw_end
