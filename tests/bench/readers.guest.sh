# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest: what one look at everything costs, with 100, 1,000 and 5,000 processes that
# sleep and hold 64 KiB each, and as many that have exited. Prints lines
# `PROCESSES OBSERVER lowest highest looks bytes`, or `PROCESSES OBSERVER - why not`.

. /lib.sh

readonly INTERVAL=10

# absent OBSERVER WHY
absent() {
	echo "$count $1 - $2"
}

# look OBSERVER HOW WHAT...
look() {
	if [ "$2" = command ] && [ ! -x "/files/$3" ]; then
		absent "$1" "$(grep "^$1: " /files/absent || echo "it was not brought")"
	elif [ "$2" = file ] && [ ! -e "$3" ]; then
		absent "$1" "there is no $3"
	else
		line=$(readers "$@" 2>&1) && echo "$count $line" || absent "$1" "$line"
	fi
}

nothing() {
	:
}

# looks OBSERVER PID COMMAND...: CPU time of PID from one COMMAND to the next, with the time
# in between, since a runtime cleans up after itself.
looks() {
	name=$1
	pid=$2
	shift 2
	looks=4
	# These are billions of instructions: minutes.
	[ "$count" -lt 1000 ] || looks=2
	"$@" || { absent "$name" "it did not answer"; return; }
	sleep $INTERVAL
	low=0
	high=0
	for _ in $(seq $looks); do
		before=$(cpuclock "$pid") || { absent "$name" "it ended by itself"; return; }
		"$@"
		sleep $INTERVAL
		used=$(($(cpuclock "$pid") - before))
		[ $low -gt 0 ] && [ $low -le $used ] || low=$used
		[ $high -ge $used ] || high=$used
	done
	echo "$count $name $low $high $looks $(stat -c %s /tmp/scrape 2>/dev/null || echo -)"
}

scrape() {
	wget -q -O /tmp/scrape "http://127.0.0.1:$1/metrics"
}

# exporter OBSERVER PORT PROGRAM [ARGUMENT...]
exporter() {
	name=$1
	port=$2
	program=$3
	shift 2
	if [ ! -x "/files/$program" ]; then
		absent "$name" "$(grep "^$program: " /files/absent)"
		return
	fi
	"$@" "-web.listen-address=127.0.0.1:$port" >/tmp/exporter.log 2>&1 &
	exporter=$!
	for _ in $(seq 100); do
		wget -q -O /dev/null "http://127.0.0.1:$port/" 2>/dev/null && break
		sleep 0.3
	done
	if scrape "$port"; then
		looks "$name" $exporter scrape "$port"
	else
		absent "$name" "it does not answer: $(tail -1 /tmp/exporter.log)"
	fi
	kill $exporter 2>/dev/null
	wait $exporter 2>/dev/null
	rm -f /tmp/scrape
}

atop_looks() {
	if [ ! -x /files/atop ]; then
		absent atop "$(grep "^atop: " /files/absent)"
		return
	fi
	atop -w /tmp/atop.raw $INTERVAL >/tmp/atop.log 2>&1 &
	atop=$!
	looks atop $atop nothing
	kill $atop 2>/dev/null
	wait $atop 2>/dev/null
	rm -f /tmp/atop.raw
}

# One crowd at a time; it ends when nobody holds its standard input open.
mkfifo /tmp/stop
crowd() {
	exec 7<>/tmp/stop
	herd "$1" 0 $INTERVAL 64 <&7 7>&- >/tmp/ready &
	herd=$!
	mw_wait_for 300 grep -q ready /tmp/ready
}

disperse() {
	kill $herd
	exec 7>&-
	wait $herd 2>/dev/null
	sleep 3
}

leave_records() {
	echo "keep_exited $1" >/proc/memwatch/config
	for _ in $(seq "$1"); do
		(:)
	done
}

# The guest's clock is set right once after boot: wait for that.
sleep 60
mw_load slab=1
for count in ${MW_PROCESSES:-100 1000 5000}; do
	crowd "$count"
	leave_records "$count"
	sleep 3
	look memwatch-tasks file /proc/memwatch/tasks
	look memwatch-growth file /proc/memwatch/growth
	look memwatch-exited file /proc/memwatch/exited
	look memwatch-slab file /proc/memwatch/slab
	look memwatch-profile file /proc/memwatch/profile
	look proc-stat each stat
	look proc-statm each statm
	look proc-stat-statm each stat statm
	look proc-status each status
	look proc-smaps_rollup each smaps_rollup
	look ps command ps -eo pid,rss,vsz,comm
	exporter process-exporter 9256 prometheus-process-exporter -config.path=/files/all.yaml
	exporter process-exporter-lean 9257 prometheus-process-exporter -config.path=/files/all.yaml \
		-gather-smaps=false -threads=false
	atop_looks
	disperse
done
mw_unload
