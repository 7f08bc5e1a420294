# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest, under -icount: what daemons take a round of 10 s, in instructions, with 100,
# 1,000 and 5,000 processes of which 6 % move: ours with the module and without it, and those
# of others. Lines of reader.lib.sh.

. /lib.sh
work=/tmp/reader
mkdir -p $work
cp /files/absent $work/absent
. /files/reader.lib.sh

readonly INTERVAL=10

# The guest's clock is set right once after boot: wait for that.
sleep 60
mkfifo /tmp/stop
for count in ${MW_PROCESSES:-100 1000 5000}; do
	exec 7<>/tmp/stop
	herd $((count - count * 6 / 100)) $((count * 6 / 100)) $INTERVAL 64 <&7 7>&- >/tmp/ready &
	herd=$!
	mw_wait_for 300 grep -q ready /tmp/ready

	mw_load
	reader_start memwatch memwatch watch --interval ${INTERVAL}s
	reader_measure "$count" $INTERVAL 12 12
	mw_unload
	# Rounds of the others are billions of instructions, one like the other.
	reader_start memwatch-plain memwatch watch --interval ${INTERVAL}s
	reader_start earlyoom earlyoom --dryrun -r 3600
	reader_measure "$count" $INTERVAL 12 12
	reader_start process-exporter prometheus-process-exporter -config.path=/files/all.yaml \
		-web.listen-address=127.0.0.1:9256
	reader_start node-exporter prometheus-node-exporter --web.listen-address=127.0.0.1:9100
	reader_start atop atop -w $work/atop.raw $INTERVAL
	reader_scrape process-exporter 9256
	reader_scrape node-exporter 9100
	reader_measure "$count" $INTERVAL 1 2
	rm -f $work/atop.raw

	kill $herd
	exec 7>&-
	wait $herd 2>/dev/null
	sleep 3
done
