# SPDX-License-Identifier: GPL-2.0-only
#
# goals.awk - what was to be reached, and by how much it was reached or missed, from the
# rows of one run. A goal whose figures are absent is not reached: it says so.

# What was measured in many turns for a goal that is finer than one: a kernel of its own.
$4 == "means" { $2 = $2 "/means"; known_means[$2] }

# Figures at several sizes: kernel, observer, workload, processes.
$4 == "readers" || $4 == "reader" || ($4 == "scale" && $9 == "op" && $8 == "instructions") {
	at_size[$4, $2, $5, $8, $6, of_scale($7, "processes")] = $10
	known_at[$4, $2]
}
$4 == "scale" || $4 == "readers" || $4 == "reader" { next }

{
	# kernel, observer, workload
	value[$2, $5, $6] = $10
	if ($4 == "observers" && !($2 in known)) { known[$2]; kernels[++n] = $2 }
}

function have(kernel, observer, workload) {
	return (kernel, observer, workload) in value && value[kernel, observer, workload] != "-"
}

# added(): instructions over the base; "" if one of the two is absent.
function added(kernel, observer, workload) {
	if (!have(kernel, observer, workload) || !have(kernel, "none", workload)) return ""
	return value[kernel, observer, workload] - value[kernel, "none", workload]
}

function percent(kernel, observer, workload,    more) {
	more = added(kernel, observer, workload)
	return more == "" ? "" : 100 * more / value[kernel, "none", workload]
}

function line(what, kernel, goal, got, reached) {
	printf "| %s | %s | %s | %s | %s |\n", what, kernel, goal, got == "" ? "-" : got,
	       got == "" ? "absent" : reached
}

function at_most(what, kernel, observer, workload, limit,    got) {
	got = percent(kernel, observer, workload)
	if (got == "") { line(what, kernel, "at most " limit " %", "", ""); return }
	line(what, kernel, "at most " limit " %", sprintf("%+.2f %%", got),
	     got <= limit ? "reached" : sprintf("missed by %.2f points", got - limit))
}

function times_the_floor(kernel,    ours, floor) {
	ours = added(kernel, "memwatch", "fault")
	floor = added(kernel, "empty", "fault")
	if (ours == "" || floor == "" || floor <= 0) { line("page fault: over the empty probes", kernel, "at most 2.5 times", "", ""); return }
	line("page fault: over the empty probes", kernel, "at most 2.5 times",
	     sprintf("%.2f times (%.0f and %.0f instructions)", ours / floor, ours, floor),
	     ours / floor <= 2.5 ? "reached" : "missed")
}

function times_less(kernel, peer, goal,    ours, theirs) {
	ours = added(kernel, "memwatch", "fault")
	theirs = added(kernel, peer, "fault")
	if (ours == "" || theirs == "" || ours <= 0) { line("page fault: less added than " peer, kernel, "at least " goal " times", "", ""); return }
	line("page fault: less added than " peer, kernel, "at least " goal " times",
	     sprintf("%.1f times (%.0f and %.0f instructions)", theirs / ours, ours, theirs),
	     theirs / ours >= goal ? "reached" : sprintf("missed: %.1f times", theirs / ours))
}

# figure(): at a number of processes; "" if it is absent.
function figure(part, kernel, observer, metric, workload, processes,    got) {
	if (!((part, kernel, observer, metric, workload, processes) in at_size)) return ""
	got = at_size[part, kernel, observer, metric, workload, processes]
	return got == "-" ? "" : got
}

function tasks_beside_proc(kernel,    ours, theirs, what) {
	what = "reading tasks at 5,000 processes; less than stat and statm"
	ours = figure("readers", kernel, "memwatch-tasks", "instructions", "read-all", 5000)
	theirs = figure("readers", kernel, "proc-stat-statm", "instructions", "read-all", 5000)
	if (ours == "" || theirs == "") { line(what, kernel, "at least 10 times", "", ""); return }
	line(what, kernel, "at least 10 times",
	     sprintf("%.1f times (%s and %s instructions)", theirs / ours, number(ours), number(theirs)),
	     theirs / ours >= 10 ? "reached" : "missed")
}

function reader_memory(kernel, what,    rss) {
	rss = figure("reader", kernel, "memwatch", "rss", "round", 5000)
	if (rss == "") line(what, kernel, "under 8 MiB", "", "")
	else line(what, kernel, "under 8 MiB", sprintf("%.1f MiB", rss / 1048576), rss < 8 * 1048576 ? "reached" : "missed")
}

# A host tells CPU time. A guest tells instructions: they take the time that those of the same
# reader without the module take on the host.
function reader_goals(kernel,    what, ns, here) {
	what = "reader at 5,000 processes; every 10 s"
	ns = figure("reader", "host", "memwatch", "cpu_ns", "round", 5000)
	if (kernel != "host") {
		what = what "; with the module"
		here = figure("reader", kernel, "memwatch-plain", "instructions", "round", 5000)
		if (ns != "" && here != "")
			ns *= figure("reader", kernel, "memwatch", "instructions", "round", 5000) / here
		else
			ns = ""
	}
	if (ns == "") line(what, kernel, "under 0.1 % of a CPU", "", "")
	else line(what, kernel, "under 0.1 % of a CPU", sprintf("%.3f %%", ns / 1e8),
		  ns < 1e7 ? "reached" : sprintf("missed by %.3f points", ns / 1e8 - 0.1))
	reader_memory(kernel, what)
}

function flat(kernel, event,    n, got, low, high) {
	for (n = 10; n <= 10000; n *= 10) {
		got = figure("scale", kernel, "memwatch", "instructions", event, n)
		if (got == "") continue
		if (low == "" || got < low) low = got
		if (got > high) high = got
	}
	if (low == "") { line(event " from 10 to 10,000 processes", kernel, "flat within 10 %", "", ""); return }
	got = 100 * (high - low) / low
	line(event " from 10 to 10,000 processes", kernel, "flat within 10 %",
	     sprintf("%.1f %% (%s to %s)", got, number(low), number(high)), got <= 10 ? "reached" : "missed")
}

function size_goals(    k, f) {
	for (k in known_at) {
		split(k, f, SUBSEP)
		if (f[1] == "readers") tasks_beside_proc(f[2])
		if (f[1] == "reader") reader_goals(f[2])
		if (f[1] != "scale") continue
		flat(f[2], "fault-one"); flat(f[2], "fault-all")
		flat(f[2], "fork-one"); flat(f[2], "fork-all")
	}
}

END {
	print "\n## Goals\n"
	print "| | kernel | goal | measured | |\n|---|---|---|---|---|"
	for (i = 1; i <= n; i++) {
		k = kernels[i]
		at_most("page fault and free; default settings", k, "memwatch", "fault", 2.0)
		times_the_floor(k)
		many = (k "/means") in known_means ? k "/means" : k
		at_most("fork and exit", many, "memwatch", "fork", 2)
		at_most("exec", many, "memwatch", "exec", 2)
		at_most("pipe; slab per cache", many, "memwatch_slab", "pipe", 5)
		at_most("sockets; slab per cache", k, "memwatch_slab", "socket", 5)
		at_most("pipe; slab off", many, "memwatch", "pipe", 0.5)
		at_most("sockets; slab off", k, "memwatch", "socket", 0.5)
		times_less(k, "bpftrace", 15)
		times_less(k, "memleak", 40)
		at_most("page fault; everything off", k, "memwatch_off", "fault", 0.1)
		at_most("pipe; everything off", many, "memwatch_off", "pipe", 0.1)
		at_most("fork and exit; everything off", many, "memwatch_off", "fork", 0.1)
		at_most("exec; everything off", many, "memwatch_off", "exec", 0.1)
	}
	times_less("bench", "page_owner", 40)
	size_goals()
}
